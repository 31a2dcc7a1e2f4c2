/** What the adapter can do, and which faults stop it. */
import type { DebugProtocol as P } from '@vscode/debugprotocol';
import type { Stop } from '../../../simulator/engine/protocol.ts';

const KINDS = 'Kinds of faults, such as lost-write, leak; all if empty';

/** Answer to `initialize`. */
export const CAPABILITIES: P.Capabilities = {
  supportsConfigurationDoneRequest: true,
  supportsConditionalBreakpoints: true,
  supportsHitConditionalBreakpoints: true,
  supportsLogPoints: true,
  supportsFunctionBreakpoints: true,
  supportsDataBreakpoints: true,
  supportsBreakpointLocationsRequest: true,
  supportsEvaluateForHovers: true,
  supportsCompletionsRequest: true,
  completionTriggerCharacters: ['.', '>'],
  supportsStepBack: true,
  supportsGotoTargetsRequest: true,
  supportsRestartFrame: true,
  supportsExceptionInfoRequest: true,
  supportsExceptionFilterOptions: true,
  supportsLoadedSourcesRequest: true,
  supportsDelayedStackTraceLoading: true,
  supportsTerminateRequest: true,
  exceptionBreakpointFilters: [
    {
      filter: 'unwanted',
      label: 'Faults',
      description: 'Stops where a fault that the annotations do not ask for becomes inevitable, and where it shows',
      default: true,
      supportsCondition: true,
      conditionDescription: KINDS,
    },
    {
      filter: 'all',
      label: 'Expected Faults Too',
      description: 'Also stops at faults that the snippet is there to show (//@ exists)',
      default: false,
      supportsCondition: true,
      conditionDescription: KINDS,
    },
  ],
};

/** Stops for the filters that are switched on. */
export function faultStops(args: P.SetExceptionBreakpointsArguments): Stop[] {
  const plain = args.filters.map((filterId): P.ExceptionFilterOptions => ({ filterId }));
  return [...plain, ...(args.filterOptions ?? [])].map(({ filterId, condition = '' }): Stop => {
    const kinds = condition.split(/[\s,]+/).filter(Boolean);
    return {
      on: {
        kind: 'fault',
        ...(kinds.length ? { kinds } : {}),
        ...(filterId === 'unwanted' ? { unwanted: true } : {}),
      },
    };
  });
}
