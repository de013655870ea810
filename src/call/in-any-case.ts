/** Does all of it, whatever goes wrong on the way; gives what went wrong. */
export function inAnyCase(steps: readonly (() => unknown)[]): readonly unknown[] {
  const mistakes: unknown[] = [];
  for (const step of steps) {
    try {
      step();
    } catch (error) {
      mistakes.push(error);
    }
  }
  return mistakes;
}
