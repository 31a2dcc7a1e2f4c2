/** The real analyser; apart from the commands, so that their tests can bring another. */
import type { AnalyserModule } from '../../server/analyser.ts';
import { createAnalyser, mayMatter, ruleMetas } from '../../server/index.ts';

export const analyserModule: AnalyserModule = { createAnalyser, mayMatter, ruleMetas };
