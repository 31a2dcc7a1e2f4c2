/** The `//@` comments of snippets: read, checked, and explained while they are typed. docs/annotations.md holds the grammar. */
export { annotationAt, completeAnnotation, type Completion, type CompletionContext, type Explained } from './assist.ts';
export { DEVICE_FAULTS, FAULT_DOCS, FAULTS, MACHINE_FAULTS } from './faults.ts';
export { DEVICE_KINDS, describeKeyword, KEYWORDS, type Keyword, type Option } from './keywords.ts';
export {
  parseAnnotations,
  type Action,
  type Annotation,
  type AnnotationProblem,
  type Annotations,
  type Options,
  type Property,
  type Text,
} from './parse.ts';
export { checkPlaces, functionsOf, type FunctionPlace } from './places.ts';
export { actorWord, formatSchedule, parseSchedule, ScheduleError, type Turn } from './schedule.ts';
