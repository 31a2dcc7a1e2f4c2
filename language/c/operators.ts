/** C's binary operators: how they bind, and what they give on integers (C11 6.5.5–6.5.14, 6.10.1). */

/** How tightly a binary operator binds; higher binds tighter. Assignment, `?:` and the comma are not among them. */
export const PRECEDENCE: Readonly<Record<string, number>> = {
  '||': 1,
  '&&': 2,
  '|': 3,
  '^': 4,
  '&': 5,
  '==': 6,
  '!=': 6,
  '<': 7,
  '>': 7,
  '<=': 7,
  '>=': 7,
  '<<': 8,
  '>>': 8,
  '+': 9,
  '-': 9,
  '*': 10,
  '/': 10,
  '%': 10,
};

const bool = (v: boolean): bigint => (v ? 1n : 0n);

/**
 * `a op b` on integers of any width. Undefined: no such operator, a division by 0, or a shift by less than 0 or more than
 * 128 bits.
 */
export function foldBinary(op: string, a: bigint, b: bigint): bigint | undefined {
  switch (op) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return b === 0n ? undefined : a / b;
    case '%':
      return b === 0n ? undefined : a % b;
    case '<<':
      return b < 0n || b > 128n ? undefined : a << b;
    case '>>':
      return b < 0n || b > 128n ? undefined : a >> b;
    case '&':
      return a & b;
    case '|':
      return a | b;
    case '^':
      return a ^ b;
    case '==':
      return bool(a === b);
    case '!=':
      return bool(a !== b);
    case '<':
      return bool(a < b);
    case '>':
      return bool(a > b);
    case '<=':
      return bool(a <= b);
    case '>=':
      return bool(a >= b);
    case '&&':
      return bool(a !== 0n && b !== 0n);
    case '||':
      return bool(a !== 0n || b !== 0n);
    case ',':
      return b;
    default:
      return undefined;
  }
}
