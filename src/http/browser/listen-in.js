/**
 * The sound of a live call, both sides, played as it comes.
 *
 * An audio element would do, but for the seconds it gathers before it plays anything, and stays behind for good.
 */
import { decodeMulaw } from './telephone-sound.js';

/**
 * Gives a way to stop.
 * @param {string} callId
 * @param {(problem: string) => void} ended The call is over, or cannot be listened to: then there is a problem.
 * @returns {() => void}
 */
export function listenIn(callId, ended) {
  const context = new AudioContext({ sampleRate: LINE_HZ }); // the browser makes of it what the machine plays
  const leaving = new AbortController();
  const stop = () => {
    leaving.abort();
    if (context.state !== 'closed') void context.close();
  };
  play(context, `/api/live/${callId}/listen.wav`, leaving.signal)
    .then(
      () => '',
      () => 'One cannot listen in on this call.',
    )
    .then((problem) => {
      if (leaving.signal.aborted) return;
      stop();
      ended(problem);
    });
  return stop;
}

/** @param {AudioContext} context @param {string} address @param {AbortSignal} signal */
async function play(context, address, signal) {
  const response = await fetch(address, { signal });
  if (!response.ok || !response.body) throw new Error(`Refused with ${response.status}.`);
  const reader = response.body.getReader();
  let from = HEADER_BYTES;
  let rest = new Uint8Array();
  let endsAt = 0;
  for (let { value, done } = await reader.read(); !done; { value, done } = await reader.read()) {
    const came = joined(rest, value ?? new Uint8Array());
    const until = came.length - (came.length % 2);
    const codes = came.subarray(Math.min(from, until), until);
    from -= until - codes.length;
    rest = came.slice(until);
    if (codes.length > 0) endsAt = playNext(context, codes, endsAt);
  }
  await new Promise((resolve) => setTimeout(resolve, (endsAt - context.currentTime) * 1000));
}

/** After what came before; what has fallen too far behind is left out. Gives the moment when it ends. @param {AudioContext} context @param {Uint8Array} codes @param {number} endsAt */
function playNext(context, codes, endsAt) {
  const now = context.currentTime;
  if (endsAt - now > MOST_BEHIND_S) return endsAt;
  const startsAt = endsAt < now ? now + LEAD_S : endsAt;
  const piece = context.createBuffer(2, codes.length / 2, LINE_HZ);
  for (const side of [0, 1]) {
    piece.copyToChannel(decodeMulaw(codes.filter((_, at) => at % 2 === side)), side);
  }
  const source = new AudioBufferSourceNode(context, { buffer: piece });
  source.connect(context.destination);
  source.start(startsAt);
  return startsAt + piece.duration;
}

/** @param {Uint8Array} one @param {Uint8Array} other */
function joined(one, other) {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}

const LINE_HZ = 8_000;
/** A WAV file of μ-law has its sound after these. */
const HEADER_BYTES = 58;
/** Against what the network makes late. */
const LEAD_S = 0.2;
const MOST_BEHIND_S = 1;
