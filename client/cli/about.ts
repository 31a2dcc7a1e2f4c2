import manifest from '../../package.json' with { type: 'json' };

export const TOOL = { name: 'Pinscope', version: manifest.version } as const;
