/** Lines with this mark are the suite's; the workbench logs much else to the same console. */
const MARK = '[suite] ';

/** Prints to the terminal that runs the suite. */
export function tell(text: string): void {
  for (const line of text.split('\n')) console.log(`${MARK}${line}`);
}
