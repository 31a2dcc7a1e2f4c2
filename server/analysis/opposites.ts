/** Function names that undo each other: `dev_buffer_register`, `dev_buffer_unregister`. */
const OPPOSITES: Readonly<Record<string, RegExp>> = {
  get: /^(put|release|drop)$/,
  alloc: /^(free|destroy|release)$/,
  create: /^(destroy|free|delete|release)$/,
  new: /^(free|delete|destroy)$/,
  init: /^(deinit|exit|fini|destroy|cleanup|uninit|release|free)$/,
  setup: /^(cleanup|teardown|destroy|free)$/,
  map: /^(unmap|destroy|cleanup|free)$/,
  vmap: /^vunmap$/,
  pin: /^(unpin|release|free)$/,
  register: /^(unregister|deregister|release)$/,
  reg: /^(dereg|unreg|release)$/,
  add: /^(remove|del|delete)$/,
  attach: /^detach$/,
  open: /^(close|release)$/,
  bind: /^unbind$/,
  import: /^(release|free|destroy)$/,
  lock: /^unlock$/,
  acquire: /^release$/,
  enable: /^disable$/,
  start: /^stop$/,
};

/** `dev_buffer_unregister` undoes `dev_buffer_register`: opposite verbs, and a word in common besides. */
export function undoes(end: string, start: string): boolean {
  const a = start.split('_');
  const b = end.split('_');
  return a.some((v) => OPPOSITES[v] && b.some((w) => OPPOSITES[v]!.test(w)) && a.some((x) => x !== v && b.includes(x)));
}
