/** Devices: registers, rings and what is mapped for them. */
import { REG } from '../device/index.ts';
import type { HardwareInfo } from './snapshot-protocol.ts';
import type { Simulation } from '../scenario/index.ts';

/** Descriptors and mappings that are named. */
const RING = 32;
const MAPPINGS = 128;
const WAYS = ['both directions', 'to the device', 'from the device'];

/** Devices at the present place. `changed`: names of registers that the last step wrote, as `cam.HEAD`. */
export function hardware(sim: Simulation, changed: ReadonlySet<string>): HardwareInfo {
  const { s } = sim.model;
  const { kernel, bus } = sim;
  const lines = new Map<number, number>();
  for (let r = kernel.maps.count; r > 0; r--)
    if (kernel.maps.get(r, 'live') === 1 && lines.size < MAPPINGS)
      lines.set(kernel.maps.get(r, 'pfn'), kernel.lineOf(kernel.maps.get(r, 'span')));
  const mappings: HardwareInfo['mappings'][number][] = [];
  const frames = new Map<number, number>();
  let mapped = 0;
  bus.iommu.each((address, pfn, direction, serial) => {
    mapped++;
    frames.set(address, pfn);
    if (mappings.length >= MAPPINGS) return;
    mappings.push({
      address: `0x${address.toString(16)}000`,
      page: pfn,
      direction: WAYS[direction] ?? '',
      line: lines.get(pfn) ?? 0,
      stale: s.serial.at(pfn) !== serial,
    });
  });
  const devices = bus.devices.map((d) => {
    const ring = d.ring(RING).map((r) => {
      const x = r.descriptor;
      const verb = d.o.kind === 'copy' ? 'copies to' : d.writes(x) ? 'writes' : 'reads';
      const page = x.mirror ? -1 : (frames.get(x.address) ?? (bus.iommu.on ? -1 : x.address));
      const where = x.mirror ? `${x.mirror.proc}:${x.mirror.addr}` : `0x${x.address.toString(16)}000`;
      const length = x.length === undefined || x.length === 4096 ? '' : ` (${x.length} bytes at ${x.offset ?? 0})`;
      const left = Math.max(0, r.due - bus.step());
      const when = r.done ? '' : ` in ${left} tick${left === 1 ? '' : 's'}`;
      return {
        number: r.number,
        state: r.done ? ('done' as const) : ('queued' as const),
        text: `${verb} ${where}${length}${when}`,
        page,
      };
    });
    return {
      name: d.o.name,
      kind: d.o.kind,
      registers: Object.entries(REG).map(([name, at]) => ({
        name,
        value: d.readl(at),
        changed: changed.has(`${d.o.name}.${name}`),
      })),
      ring,
      queued: d.readl(REG.TAIL) - d.readl(REG.HEAD),
    };
  });
  return { iommu: bus.iommu.on, devices, mappings, mapped };
}

/** Registers that a step wrote. */
export function changedRegisters(sim: Simulation, step: number): Set<string> {
  const { store } = sim.model.s;
  const names = new Map<number, string>();
  for (const c of store.columns)
    for (const d of sim.bus.devices) if (c.name === `${d.o.name}.registers`) names.set(c.id, d.o.name);
  const register = Object.entries(REG);
  const out = new Set<string>();
  if (step >= 0 && step < sim.length)
    store.scan(sim.position(step), sim.position(step + 1), (field, index) => {
      const device = names.get(field);
      if (device) out.add(`${device}.${register.find(([, at]) => at === index)?.[0] ?? index}`);
    });
  return out;
}
