/** What the editor says inside of a `//@` comment: words that fit at the cursor, and what a word means. Text in, plain data out. */
import type { Span } from '../c/ast.ts';
import { FAULT_DOCS } from './faults.ts';
import { DEVICE_KINDS, describeKeyword, KEYWORDS, type Keyword } from './keywords.ts';
import { parseAnnotations } from './parse.ts';
import { functionsOf } from './places.ts';

/** Names that stand elsewhere: calls that can be made to fail, kernels that are modelled. */
export interface CompletionContext {
  readonly calls: readonly string[];
  readonly kernels: readonly string[];
}
/** A word that fits. */
export interface Completion {
  readonly label: string;
  /** What is written instead of `replace`. */
  readonly text: string;
  readonly replace: Span;
  readonly kind: 'keyword' | 'option' | 'value' | 'name';
  readonly detail: string;
  readonly doc: string;
  /** Something has to follow: offer its words at once. */
  readonly more: boolean;
}
/** A word of an annotation and what it means. */
export interface Explained extends Span {
  /** Markdown. */
  readonly text: string;
}

/** The part of a line behind `//@`, up to `offset`. */
interface Typed {
  readonly body: string;
  readonly at: number;
}

/** Is the offset inside of an annotation? Strings and block comments may hold `//@` too: the line decides, then the reader. */
function typedAt(text: string, offset: number): Typed | undefined {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const m = /(^|[^/])\/\/@[ \t]*/.exec(text.slice(lineStart, offset));
  if (!m) return undefined;
  const at = lineStart + m.index + m[0].length;
  const body = text.slice(at, offset);
  // A comment behind the annotation is none of it.
  return /\s\/\/(?!@)/.test(body) ? undefined : { body, at };
}

/** Words that fit at an offset; none outside of annotations. */
export function completeAnnotation(text: string, offset: number, names: CompletionContext): Completion[] {
  const typed = typedAt(text, offset);
  if (!typed) return [];
  const behindPoint = /^at[ \t]+[\w-]+[ \t]*:[ \t]*(?:.*;[ \t]*)?/.exec(typed.body);
  const begin = behindPoint?.[0].length ?? 0;
  const body = typed.body.slice(begin);
  const word = /[^\s,=;:]*$/.exec(body)![0];
  const replace: Span = { start: offset - word.length, end: offset };
  const before = body.slice(0, body.length - word.length);
  const item = (kind: Completion['kind'], label: string, doc: string, detail = '', tail = ''): Completion => ({
    label,
    text: label + tail,
    replace,
    kind,
    detail,
    doc,
    more: tail !== '',
  });
  if (before === '') {
    const inside = functionsOf(text).some((f) => offset > f.bodyStart && offset < f.bodyEnd);
    const fits = (k: Keyword): boolean => (behindPoint ? k.action === true : inside ? k.statement : isOutside(k));
    return KEYWORDS.filter(fits).map((k) =>
      item('keyword', k.name, k.doc, k.form, k.form.includes(' ') && !k.form.includes('[') ? ' ' : ''),
    );
  }
  const keyword = describeKeyword(/^[\w-]+/.exec(before)?.[0] ?? '');
  if (!keyword) return [];
  const given = before.slice(keyword.name.length).trim().split(/\s+/).filter(Boolean);
  const options = keyword.options ?? [];
  const value = /([\w-]+)=$/.exec(before);
  if (value) {
    const option = options.find((o) => o.name === value[1]);
    return (option?.values ?? (option ? [option.example] : [])).map((v) => item('value', v, option?.doc ?? ''));
  }
  if (keyword.name === 'device' && given.length < 2)
    return given.length === 1
      ? Object.entries(DEVICE_KINDS).map(([kind, doc]) => item('value', kind, doc, '', ' '))
      : [];
  if (options.length > 0 && (keyword.name !== 'file' || given.length > 0))
    return options
      .filter((o) => !given.some((g) => g.startsWith(`${o.name}=`)))
      .map((o) => item('option', o.name, o.doc, `${o.name}=${o.values?.join('|') ?? o.example}`, '='));
  return argumentsOf(keyword, text, given, before, names).map(({ name, doc }) => item('name', name, doc));
}

/** Directives, and the statements that may stand for the whole run. */
function isOutside(k: Keyword): boolean {
  return !k.statement || k.name === 'at' || k.name === 'fail' || k.name === 'short-pin';
}

interface Name {
  readonly name: string;
  readonly doc: string;
}

function argumentsOf(
  keyword: Keyword,
  text: string,
  given: readonly string[],
  before: string,
  names: CompletionContext,
): Name[] {
  const plain = (list: readonly string[], doc: string): Name[] => [...new Set(list)].map((name) => ({ name, doc }));
  const annotations = (): ReturnType<typeof parseAnnotations>['list'] => parseAnnotations(text).list;
  const first = given.length === 0;
  switch (keyword.argument) {
    case 'version':
      return first ? plain(names.kernels, 'Linux') : [];
    case 'fault':
      return first || /,\s*$/.test(before) ? Object.entries(FAULT_DOCS).map(([name, doc]) => ({ name, doc })) : [];
    case 'function':
      return first
        ? plain(
            functionsOf(text).map((f) => f.name),
            'A function of this file.',
          )
        : [];
    case 'process':
      return first ? plain(processesOf(annotations()), 'A process of this file.') : [];
    case 'label':
      return first ? plain(pointsOf(annotations()), 'A point of this file.') : [];
    case 'call':
      return first ? plain(names.calls, 'A call that can fail.') : [];
    case 'path':
      return first
        ? plain(
            annotations().flatMap((a) => (a.kind === 'file' ? [a.path] : [])),
            'A file of this snippet.',
          )
        : [];
    case 'explore': {
      const last = given.at(-1);
      if (last === 'fork' || last === 'exit') return plain(processesOf(annotations()), 'A process of this file.');
      if (last === 'fail') return plain(names.calls, 'A call that can fail.');
      return first || /,\s*$/.test(before)
        ? KEYWORDS.filter((k) => k.action && k.name !== 'assert' && k.name !== 'show').map(({ name, doc }) => ({
            name,
            doc,
          }))
        : [];
    }
    default:
      return [];
  }
}

function processesOf(list: ReturnType<typeof parseAnnotations>['list']): string[] {
  return list.flatMap((a) => (a.kind === 'process' ? [a.name] : []));
}
function pointsOf(list: ReturnType<typeof parseAnnotations>['list']): string[] {
  return list.flatMap((a) => (a.kind === 'action' && a.action.kind === 'point' ? [a.action.label] : []));
}

/** What the word at an offset of an annotation means; nothing outside of annotations. */
export function annotationAt(text: string, offset: number): Explained | undefined {
  const typed = typedAt(text, offset) ?? typedAt(text, offset + 1);
  if (!typed) return undefined;
  const lineEnd = text.indexOf('\n', typed.at);
  const line = text.slice(typed.at, lineEnd < 0 ? text.length : lineEnd);
  const words = [...line.matchAll(/[\w/.-]+/g)];
  const hit = words.find((w) => typed.at + w.index <= offset && offset <= typed.at + w.index + w[0].length);
  if (!hit) return undefined;
  const place: Span = { start: typed.at + hit.index, end: typed.at + hit.index + hit[0].length };
  // Behind `at POINT:` and each `;` a new action begins.
  const begin = Math.max(0, /^at[ \t]+[\w-]+[ \t]*:[ \t]*/.exec(line)?.[0].length ?? 0);
  const from = hit.index >= begin ? Math.max(begin, line.lastIndexOf(';', hit.index) + 1) : 0;
  const keyword = describeKeyword(/^[ \t]*([\w-]+)/.exec(line.slice(from))?.[1] ?? '');
  if (!keyword) return undefined;
  if (hit.index === from + /^[ \t]*/.exec(line.slice(from))![0].length) return { ...place, text: keywordText(keyword) };
  const option = keyword.options?.find((o) => o.name === hit[0] && line[hit.index + hit[0].length] === '=');
  if (option) {
    const values = option.values ? `\n\nOne of ${option.values.map((v) => `\`${v}\``).join(', ')}.` : '';
    return { ...place, text: `\`${option.name}=${option.example}\`\n\n${option.doc}${values}` };
  }
  const doc =
    keyword.name === 'device' && Object.hasOwn(DEVICE_KINDS, hit[0])
      ? DEVICE_KINDS[hit[0]]
      : keyword.argument === 'fault' && Object.hasOwn(FAULT_DOCS, hit[0])
        ? `${FAULT_DOCS[hit[0]]}.`
        : undefined;
  return doc === undefined ? undefined : { ...place, text: `**${hit[0]}**: ${doc}` };
}

function keywordText({ name, form, doc, options }: Keyword): string {
  const list = options?.map((o) => `- \`${o.name}=${o.values?.join('|') ?? o.example}\`: ${o.doc}`) ?? [];
  const kinds = name === 'device' ? Object.entries(DEVICE_KINDS).map(([kind, about]) => `- \`${kind}\`: ${about}`) : [];
  return [`\`//@ ${form}\``, doc, [...kinds, ...list].join('\n')].filter(Boolean).join('\n\n');
}
