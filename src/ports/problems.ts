/**
 * Every problem that a call can note, by its code: what it means, and what to do about it. `*` stands for what differs.
 * `docs/errors.md` lists them for readers; a test holds both to what the code says.
 */
export const PROBLEMS = {
  answer_asked_again: {
    means: 'The model gave no answer, or one that failed, and was asked once more.',
    remedy: 'One is no harm. Many: look at the model’s status and at your limits with the vendor.',
  },
  answer_given_up: {
    means: 'The model gave no answer twice. It was asked to say sorry.',
    remedy: 'See what was noted before it; `npm run doctor` asks the model for an answer.',
  },
  model_gives_no_answer: {
    means:
      'Not even an apology came of the model. The carrier said it, and the call ended or went to `whenUnreachable`.',
    remedy: 'See what was noted before it; `npm run doctor` asks the model for an answer.',
  },
  answer_too_long: {
    means: 'The model went on for longer than any answer is kept. The rest was not played.',
    remedy: 'Tell the agent to be brief in its instructions.',
  },
  turn_end_lost: {
    means: 'The caller fell silent, and the model did not say that their turn was over. We ended it.',
    remedy: 'One is no harm. Many: another turn detection may suit the line better.',
  },
  phone_is_deaf: {
    means: 'The phone’s side took no sound for more than a second. What was to be said meanwhile was not.',
    remedy: 'Look at the network between this server and the carrier.',
  },
  too_many_keys: {
    means: 'More keys were pressed than anybody presses. The rest was ignored.',
    remedy: 'Nothing, unless a caller’s entry is longer than your tool asks for.',
  },
  remote_tool_timed_out: {
    means: 'A tool that the model’s side calls did not come back. The agent went on without it.',
    remedy: 'Look at that server; it has to answer within the time a caller waits.',
  },
  'remote_tool_asks_for_approval_*': {
    means:
      'A server of `remoteMcpServers` asked to be allowed a call, although it was told never to ask. It was refused.',
    remedy: 'See what that server makes of `require_approval`; on a phone call nobody is there to be asked.',
  },
  'remote_tools_failed_*': {
    means:
      'The model’s side cannot reach a server of `remoteMcpServers`, or it lists no tools: the agent does without them.',
    remedy: 'Check its url and its token.',
  },
  remote_tools_failed: {
    means: 'As above, of a server that was not named.',
    remedy: 'Check the url and the token of each.',
  },
  too_much_before_ready: {
    means: 'More was asked of the model before it was ready than is kept for it.',
    remedy: 'The model is slow to answer: `npm run doctor` says how slow.',
  },
  instructions_added_to: {
    means: 'The model’s side confirmed other instructions than ours, which contain ours.',
    remedy: 'Look for a prompt that is set at the vendor’s for this key or model.',
  },
  'does_without_*': {
    means: 'The model’s side refused a part of the set-up, and the conversation goes on without that part.',
    remedy: 'Take it out of the agent, or choose a model that can do it.',
  },
  'tries_again_*': {
    means: 'No connection to the model at the first try. It was tried again while the phone rang.',
    remedy: 'The word behind it says why: a number is an HTTP status, `closed_…` a code of the socket.',
  },
  'response_failed_*': {
    means: 'The model could not give an answer; the word behind it is the vendor’s.',
    remedy:
      '`rate_limit_exceeded` and `insufficient_quota` are your limits at the vendor’s; others are the model’s.',
  },
  'response_incomplete_*': {
    means: 'The model stopped in the middle of an answer; the word behind it is the vendor’s.',
    remedy: '`max_output_tokens`: shorter answers. `content_filter`: see what was asked of it.',
  },
  '*_refused_*': {
    means:
      'The model’s side refused something that was asked of it; the first word says what, the last one why.',
    remedy:
      'If callers notice, report it with the call’s events: the server may speak another version of the protocol.',
  },
  transcription_failed: {
    means: 'What a caller said could not be put into writing. The agent heard it all the same.',
    remedy: 'See TRANSCRIPTION_MODEL and the account’s limits.',
  },
  sound_lost_a_byte: {
    means: 'A piece of the model’s sound ended in the middle of a sample. It was put right.',
    remedy: 'Something between the model and us changes sound; if it goes on, look for a proxy.',
  },
  'unknown_event_*': {
    means: 'The model’s side sent a kind of event that we do not know. It was left alone.',
    remedy: 'No harm as a rule; a new version of Ringdown may know it.',
  },
  'unreadable_event_*': {
    means: 'An event of the model’s side was not in the form the protocol gives it.',
    remedy: 'Another server than the vendor’s? It may need another version of the protocol.',
  },
  unreadable_message: {
    means: 'Something that is no JSON came from the model’s side.',
    remedy: 'Check OPENAI_BASE_URL, and what stands between.',
  },
  overbuilt_message: {
    means:
      'A message of the model’s side was built so deep or wide that reading it would have cost other calls.',
    remedy: 'See what it sent; no vendor does.',
  },
  'too_large_*': {
    means: 'A message of the model’s side was larger than anything it can be about. It was left alone.',
    remedy: 'See what it sent; no vendor does.',
  },
  more_oddities: {
    means: 'The model’s side did more odd things than are told one by one.',
    remedy: 'See those that were told.',
  },
  process_lost: {
    means: 'The process that had the call ended without a word. The record was closed by another one.',
    remedy: 'Look for what ended it: memory, a restart, the machine.',
  },
} as const satisfies Readonly<Record<string, Explained>>;

export interface Explained {
  readonly means: string;
  readonly remedy: string;
}

/** What is known of a problem; null of one from a newer version, or of the vendor's own words. */
export function explain(code: string): Explained | null {
  const found = EXPLAINED.find(({ pattern }) => pattern.test(code));
  return found?.explained ?? null;
}

/** Whole codes come before those with a gap. */
const EXPLAINED = Object.entries(PROBLEMS)
  .map(([code, explained]) => ({
    explained,
    gaps: code.split('*').length,
    pattern: new RegExp(`^${code.replaceAll('*', '.+')}$`),
  }))
  .sort((one, other) => one.gaps - other.gaps);
