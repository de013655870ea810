import type { Output, Plan } from './brain.ts';
import { SPOKEN_TOKEN_MS, textTokens } from './usage.ts';

const SAMPLES_PER_TOKEN = 24 * SPOKEN_TOKEN_MS;
const CHARACTERS_PER_TOKEN = 4;

/** A plan that stops, incomplete, where the tokens it may use are used up. */
export function withinTokens(plan: Plan, maximum: number | 'inf'): Plan {
  if (maximum === 'inf') return plan;
  const outputs: Output[] = [];
  let left = maximum;
  for (const output of plan.outputs) {
    const cost = tokensOf(output);
    if (cost > left) {
      const cut = cutTo(output, left);
      if (cut !== null) outputs.push(cut);
      return { ...plan, outputs, ending: { status: 'incomplete', reason: 'max_output_tokens' } };
    }
    outputs.push(output);
    left -= cost;
  }
  return plan;
}

function tokensOf(output: Output): number {
  switch (output.type) {
    case 'speech':
      return Math.ceil(output.samples.length / SAMPLES_PER_TOKEN);
    case 'text':
      return textTokens(output.text);
    case 'call':
      return textTokens(output.name + output.arguments);
  }
}

function cutTo(output: Output, tokens: number): Output | null {
  if (tokens <= 0 || output.type === 'call') return null;
  if (output.type === 'text') {
    return { ...output, text: output.text.slice(0, tokens * CHARACTERS_PER_TOKEN) };
  }
  const samples = output.samples.subarray(0, tokens * SAMPLES_PER_TOKEN);
  const share = samples.length / output.samples.length;
  return { ...output, samples, text: output.text.slice(0, Math.ceil(output.text.length * share)) };
}
