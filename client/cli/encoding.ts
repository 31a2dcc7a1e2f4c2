/** Bytes ↔ text. Whatever is read can be written back byte for byte, apart from what an edit changed. */
import { isAscii, isUtf8 } from 'node:buffer';

export type Encoding = 'utf8' | 'utf8-bom' | 'latin1';

export interface Decoded {
  readonly text: string;
  readonly encoding: Encoding;
}

/** Text of a file; undefined for binary files (a NUL byte within; UTF-16 has them too). Not UTF-8: Latin-1. */
export function decode(bytes: Buffer): Decoded | undefined {
  if (bytes.includes(0)) return undefined;
  // nearly all are: there is nothing to decode
  if (isAscii(bytes)) return { text: bytes.toString('latin1'), encoding: 'utf8' };
  if (!isUtf8(bytes)) return { text: bytes.toString('latin1'), encoding: 'latin1' };
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf)
    return { text: bytes.toString('utf8', 3), encoding: 'utf8-bom' };
  return { text: bytes.toString('utf8'), encoding: 'utf8' };
}

/** Bytes of a text in the encoding that it was read in. */
export function encode({ text, encoding }: Decoded): Buffer {
  if (encoding === 'utf8-bom') return Buffer.from(`\ufeff${text}`, 'utf8');
  return Buffer.from(text, encoding);
}
