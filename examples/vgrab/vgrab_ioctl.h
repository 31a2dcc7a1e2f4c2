/* SPDX-License-Identifier: (GPL-2.0-only WITH Linux-syscall-note) OR MIT */
/*
 * vgrab - frame grabber, interface to user space
 */
#ifndef VGRAB_IOCTL_H
#define VGRAB_IOCTL_H

#include <linux/ioctl.h>
#include <linux/types.h>

/* One frame into a buffer of the caller. */
struct vgrab_capture {
	__u64 addr;		/* start of the buffer */
	__u32 length;		/* bytes */
	__u32 timeout_ms;
	__u32 sequence;		/* out: number of the frame */
	__u32 bytes_used;	/* out */
};

/* A lookup table for the gamma correction, read by the device. */
struct vgrab_table {
	__u64 addr;
	__u32 entries;		/* of four bytes */
	__u32 reserved;
};

/* A ring that the device fills until it is unregistered. */
struct vgrab_ring_desc {
	__u64 addr;
	__u32 length;
	__u32 flags;
};

/* Counters, added up in a page of the caller. */
struct vgrab_stats {
	__u64 frames;
	__u64 dropped;
	__u64 bytes;
};

#define VGRAB_IOC_CAPTURE	_IOWR('g', 0x01, struct vgrab_capture)
#define VGRAB_IOC_TABLE		_IOW('g', 0x02, struct vgrab_table)
#define VGRAB_IOC_RING		_IOW('g', 0x03, struct vgrab_ring_desc)
#define VGRAB_IOC_RING_STOP	_IO('g', 0x04)
#define VGRAB_IOC_STATS		_IOW('g', 0x05, __u64)

#endif /* VGRAB_IOCTL_H */
