/** The machine that the annotations describe: memory, files, devices. */
import type { Kernel } from '../machine/index.ts';
import {
  attachBuffers,
  ensureCapacity,
  ERAS,
  featuresOf,
  FS,
  machineConfig,
  Model,
  newFile,
  readIntoCache,
  type Features,
} from '../machine/model.ts';
import type { Loaded } from './load.ts';

/** Options of `//@ machine`, by name. */
export function machineOptions(loaded: Loaded): Readonly<Record<string, string>> {
  const out: Record<string, string> = {};
  for (const a of loaded.annotations) if (a.kind === 'machine') Object.assign(out, a.options);
  return out;
}

/** The model of the memory management that a snippet asks for. */
export function makeModel(loaded: Loaded): Model {
  const machine = machineOptions(loaded);
  const pages = (name: string, fallback: number): number =>
    machine[name] === undefined ? fallback : Math.round(parseFloat(machine[name]) * 256);
  const tracking = machine['tracking'];
  const features: Features =
    (tracking && tracking !== 'bias' ? ERAS[`6.12+${tracking}`] : undefined) ?? featuresOf(loaded.kernel);
  const swap = pages('swap', 16384);
  const movable = pages('movable', 0);
  // the model halves its memory between two nodes, and the second has the persistent memory
  const small = machine['ram'] !== undefined && pages('ram', 0) < 8192;
  const dax = pages('pmem', small && !/pmem|dax/i.test(loaded.text) ? 0 : 4096);
  const half = movable / 2 + dax + 512;
  return new Model(
    machineConfig(features, {
      pages: Math.max(small ? 1024 : 4096, 2 * half, pages('ram', 16384) + movable + dax + (small ? 0 : 2048)),
      movable,
      dax,
      cma: pages('cma', 0),
      lru: machine['lru'] === 'mglru' ? 'mglru' : 'classic',
      swap: swap === 0 ? 'none' : 'disk',
      swapPages: Math.max(64, swap),
      daxPolicy: (machine['dax'] as 'wait' | undefined) ?? 'wait',
    }),
  );
}

/** Makes the devices and files. `interrupt`: a device raises its interrupt. */
export function makeParts(loaded: Loaded, k: Kernel, interrupt: (device: number) => void): void {
  for (const a of loaded.annotations) {
    if (a.kind === 'device') {
      const p = a.options['pattern'];
      const byte = p !== undefined && /^(0x[\da-f]+|\d+)$/i.test(p) ? Number(p) & 255 : undefined;
      const d = k.bus.device({
        kind: a.type as 'capture',
        name: a.name,
        latency: Number(a.options['latency'] ?? 2),
        ring: Number(a.options['ring'] ?? 256),
        ...(byte === undefined ? (p === undefined ? { fill: 0xaa } : { pattern: p.slice(0, 7) }) : { fill: byte }),
      });
      const index = k.devices.push(d) - 1;
      d.requestIrq(() => interrupt(index));
    } else if (a.kind === 'file')
      makeFile(
        k.model,
        a.path,
        Number(a.options['pages'] ?? 1),
        a.options['fs'] ?? (/pmem|dax/.test(a.path) ? 'dax' : 'ext4'),
      );
  }
}

function makeFile(model: Model, path: string, pages: number, fs: string): void {
  const { s } = model;
  const kind = fs === 'tmpfs' ? FS.tmpfs : fs === 'dax' || fs === 'ext4-dax' ? FS['ext4-dax'] : FS.ext4;
  const f = newFile(s, path, kind, pages);
  ensureCapacity(s, f, pages);
  if (kind === FS.ext4) for (let i = 0; i < pages; i++) attachBuffers(s, readIntoCache(s, f, i));
}
