/** The explorer: every interleaving of a snippet's actors and every failure that its annotations name, with the verdict on each property. */
export { explore, exploreInParts, type Exploration, type ExploreOptions } from './explorer.ts';
export { explorationJson, explorationLines, explorationOk } from './report.ts';
