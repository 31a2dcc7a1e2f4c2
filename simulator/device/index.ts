/** The virtual DMA device, its bus and IOMMU, and the faults that they find. Device addresses are in pages. */
export { Bus, type UserBuffer } from './bus.ts';
export { Device, BIT, REG, type Descriptor, type DeviceKind, type DeviceOptions } from './device.ts';
export { DIRECTION, Iommu, type Direction, type Translation } from './iommu.ts';
export { FAULT_KINDS, FAULT_TEXT, type Fault, type FaultKind } from './faults.ts';
