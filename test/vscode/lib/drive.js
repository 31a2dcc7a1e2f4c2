/* global require, exports, fetch, TextEncoder */
/** A web extension with a file system in memory (scheme `drive`), for a workspace that is on no disk. Runs in a browser. */
const vscode = require('vscode');

exports.activate = async (context) => {
  const response = await fetch(vscode.Uri.joinPath(context.extensionUri, 'files.json').toString(true));
  const encoder = new TextEncoder();
  const files = new Map(Object.entries(await response.json()).map(([path, text]) => [path, encoder.encode(text)]));
  const changed = new vscode.EventEmitter();
  const nameOf = (uri) => uri.path.replace(/^\/project\/?/, '');
  const get = (uri) => {
    const bytes = files.get(nameOf(uri));
    if (!bytes) throw vscode.FileSystemError.FileNotFound(uri);
    return bytes;
  };
  const below = (uri) => {
    const prefix = nameOf(uri) === '' ? '' : `${nameOf(uri)}/`;
    const rest = [...files.keys()].filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
    return new Map(
      rest.map((name) => {
        const [first, more] = name.split('/');
        return [first, more === undefined ? vscode.FileType.File : vscode.FileType.Directory];
      }),
    );
  };
  const refuse = (uri) => {
    throw vscode.FileSystemError.NoPermissions(uri);
  };
  const drive = {
    onDidChangeFile: changed.event,
    watch: () => ({ dispose() {} }),
    stat: (uri) =>
      !files.has(nameOf(uri)) && below(uri).size > 0
        ? { type: vscode.FileType.Directory, ctime: 0, mtime: 0, size: 0 }
        : { type: vscode.FileType.File, ctime: 0, mtime: 0, size: get(uri).length },
    readDirectory: (uri) => [...below(uri)],
    readFile: get,
    writeFile(uri, bytes) {
      files.set(nameOf(uri), bytes);
      changed.fire([{ type: vscode.FileChangeType.Changed, uri }]);
    },
    createDirectory: refuse,
    delete: refuse,
    rename: refuse,
  };
  context.subscriptions.push(vscode.workspace.registerFileSystemProvider('drive', drive, { isCaseSensitive: true }));
};
