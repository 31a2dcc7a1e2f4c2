/** Reads what package.json states, so that the client needs no second list of rules and kernels. */
import type { ExtensionContext } from 'vscode';

/** A rule that this version does not report yet has no default. */
interface RuleSetting {
  readonly default?: string;
  readonly description: string;
}

interface Manifest {
  readonly contributes: {
    readonly configuration: {
      readonly properties: {
        readonly 'pinscope.severity': {
          readonly properties: Readonly<Record<string, RuleSetting>>;
        };
        readonly 'pinscope.kernelVersions': {
          readonly items: { readonly examples: readonly string[] };
          readonly default: readonly [string];
        };
      };
    };
  };
}

function settings(context: ExtensionContext): Manifest['contributes']['configuration']['properties'] {
  return (context.extension.packageJSON as Manifest).contributes.configuration.properties;
}

/** Every rule that is reported, with its one-line summary, in the order of the documentation. */
export function ruleSettings(context: ExtensionContext): { readonly id: string; readonly summary: string }[] {
  return Object.entries(settings(context)['pinscope.severity'].properties)
    .filter(([, rule]) => rule.default !== undefined)
    .map(([id, { description }]) => ({ id, summary: description }));
}

/** Every kernel release that can be chosen, oldest first. */
export function kernelReleases(context: ExtensionContext): readonly string[] {
  return settings(context)['pinscope.kernelVersions'].items.examples;
}

/** The kernel that stands in where none is set. */
export function defaultKernel(context: ExtensionContext): string {
  return settings(context)['pinscope.kernelVersions'].default[0];
}
