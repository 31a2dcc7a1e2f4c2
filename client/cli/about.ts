import manifest from '../../package.json' with { type: 'json' };

/** Name and version, for --version and SARIF's tool.driver. */
export const TOOL = { name: 'Pinscope', version: manifest.version } as const;
