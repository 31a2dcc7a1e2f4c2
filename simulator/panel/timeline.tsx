/** The timeline: a lane for each actor, device and kernel thread, one for the selected page; faults and branch points; dragging moves in time. */
import { useLayoutEffect, useRef } from 'preact/hooks';
import { useComputed, useSignal, useSignalEffect } from '@preact/signals';
import type { Controller } from './controller.ts';
import { CanvasSurface } from './paint/surface.ts';
import { paintTimeline, TIMELINE, timelineHeight, type TimelineScene } from './paint/timeline.ts';
import { palette } from './paint/theme.ts';
import * as s from './state.ts';
import { t } from './strings.ts';
import { positionText } from './transport.tsx';

/** The scene at present, for this page and for exports. */
export function timelineScene(width: number): TimelineScene | undefined {
  const timeline = s.timeline.value;
  const run = s.run.value;
  if (!timeline || !run) return undefined;
  return {
    lanes: timeline.lanes,
    length: run.length,
    step: s.step.value,
    width,
    faults: run.faults.map((f) => ({ inevitable: f.inevitable, shown: f.shown })),
    history: s.history.value,
    palette: palette.value,
  };
}

/** The timeline. */
export function Timeline({ control }: { readonly control: Controller }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const width = useSignal(0);
  const height = useComputed(() => timelineHeight((s.timeline.value?.lanes.length ?? 0) + (s.history.value ? 1 : 0)));
  useLayoutEffect(() => {
    const observer = new ResizeObserver(() => {
      width.value = box.current?.clientWidth ?? 0;
    });
    observer.observe(box.current!);
    width.value = box.current!.clientWidth;
    return () => observer.disconnect();
  }, []);
  useSignalEffect(() => {
    const scene = timelineScene(width.value);
    const element = canvas.current;
    if (!scene || !element || !width.value) return;
    const ratio = window.devicePixelRatio || 1;
    const [w, h] = [Math.round(width.value * ratio), Math.round(height.value * ratio)];
    if (element.width !== w) element.width = w;
    if (element.height !== h) element.height = h;
    element.style.height = `${height.value}px`;
    const context = element.getContext('2d')!;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width.value, height.value);
    paintTimeline(new CanvasSurface(context, scene.palette.fonts), scene);
  });
  const seek = (event: PointerEvent): void => {
    const bounds = canvas.current!.getBoundingClientRect();
    const x = event.clientX - bounds.left - TIMELINE.labels;
    const room = bounds.width - TIMELINE.labels - TIMELINE.right;
    s.playing.value = false;
    control.goTo((x / room) * s.length.value);
  };
  const now = s.step.value;
  return (
    <div
      ref={box}
      class="timeline"
      role="slider"
      tabIndex={0}
      aria-label={t('timeline')}
      aria-valuemin={0}
      aria-valuemax={s.run.value ? s.length.value : undefined}
      aria-valuenow={now}
      aria-valuetext={positionText()}
      onPointerDown={(e) => {
        if (e.button !== 0) return;
        e.currentTarget.setPointerCapture(e.pointerId);
        seek(e);
      }}
      onPointerMove={(e) => {
        if (e.buttons & 1) seek(e);
      }}
      onKeyDown={(e) => {
        const big = Math.max(1, Math.round(s.length.value / 20));
        const by = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: big, PageDown: -big }[e.key];
        if (by !== undefined) control.by(by);
        else if (e.key === 'Home') control.goTo(0);
        else if (e.key === 'End') control.goTo(s.length.value);
        else return;
        e.preventDefault();
      }}
    >
      <canvas ref={canvas} aria-hidden="true" />
    </div>
  );
}
