/** Progress for a person, on stderr: stdout belongs to results. */
export function say(text) {
  process.stderr.write(`pinscope: ${text}\n`);
}

/** Ends the program with a message and no stack: for what a person can mend. */
export class Refusal extends Error {}

/** Runs `main`; a Refusal becomes a message and exit code `code`. */
export async function runMain(main, code = 2) {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    say(error.message);
    process.exitCode = code;
  }
}
