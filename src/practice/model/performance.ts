import type { Output } from './brain.ts';
import type { Entry } from './conversation.ts';
import { callItem, type RemoteCall, type RemoteResult } from './remote-tools.ts';
import type { WireItem } from './server-events.ts';
import { emptyMessage, type PartIds, type Stage, type Step } from './stage.ts';
import { bytesPerMs, encodeSpeech } from './wire-audio.ts';

/**
 * How an output is given, event by event. The generator yields what to wait for before it goes on;
 * returned early, it still sends every `.done` that is owed, as a live server does when it is interrupted.
 */
export function perform(stage: Stage, output: Output, outputIndex: number): Generator<Step> {
  switch (output.type) {
    case 'speech':
      return speak(stage, output, outputIndex);
    case 'text':
      return write(stage, output.text, outputIndex);
    case 'call':
      return output.serverLabel === undefined
        ? call(stage, output, outputIndex)
        : remoteCall(stage, output, output.serverLabel, outputIndex);
  }
}

function* write(stage: Stage, text: string, outputIndex: number): Generator<Step> {
  const { context } = stage;
  const entry = stage.open(outputIndex, emptyMessage);
  const ids = stage.ids(entry, outputIndex);
  let written = '';
  context.send({ type: 'response.content_part.added', ...ids, part: { type: 'text', text: '' } });
  try {
    for (const delta of textPieces(text, context.misbehave.floodChars)) {
      written += delta;
      context.send({ type: 'response.output_text.delta', ...ids, delta });
      yield context.habits.pieceMs;
    }
  } finally {
    entry.item = stage.settled({
      id: entry.id,
      type: 'message',
      role: 'assistant',
      content: [{ type: 'output_text', text: written }],
    });
    context.send({ type: 'response.output_text.done', ...ids, text: written });
    context.send({ type: 'response.content_part.done', ...ids, part: { type: 'text', text: written } });
    stage.close(entry, outputIndex);
  }
}

type Call = Extract<Output, { type: 'call' }>;

function* call(stage: Stage, { name, arguments: whole }: Call, outputIndex: number): Generator<Step> {
  const { context } = stage;
  const item = { type: 'function_call', name, call_id: context.ids.next('call') } as const;
  const entry = stage.open(outputIndex, (id) => ({ id, ...item, status: 'in_progress', arguments: '' }));
  const ids = {
    response_id: stage.responseId,
    item_id: entry.id,
    output_index: outputIndex,
    call_id: item.call_id,
  };
  let given = '';
  try {
    for (const delta of textPieces(whole, context.misbehave.floodChars)) {
      given += delta;
      context.send({ type: 'response.function_call_arguments.delta', ...ids, delta });
      yield context.habits.pieceMs;
    }
  } finally {
    entry.item = stage.settled({ id: entry.id, ...item, arguments: given });
    context.send({ type: 'response.function_call_arguments.done', ...ids, name, arguments: given });
    stage.close(entry, outputIndex);
  }
}

/** A flood is over after this long, however much it is. */
const FLOOD_S = 2;

/** Says a sentence: words ahead of sound, sound ahead of real time. */
function* speak(
  stage: Stage,
  speech: Extract<Output, { type: 'speech' }>,
  outputIndex: number,
): Generator<Step> {
  const { context } = stage;
  const { misbehave } = context;
  const format = misbehave.lieAboutFormat ?? stage.format;
  const sound = encodeSpeech(speech.samples, format);
  const factor = misbehave.floodS === undefined ? context.habits.speechFactor : misbehave.floodS / FLOOD_S;
  const entry = stage.open(outputIndex, emptyMessage);
  const ids = stage.ids(entry, outputIndex);
  const pieces = speechPieces(speech.text, sound, {
    bytesPerMs: bytesPerMs(format),
    bytesPerSample: format.type === 'audio/pcm' ? 2 : 1,
    chunkBytes: misbehave.chunkBytes,
    untilMs: misbehave.floodS === undefined ? undefined : misbehave.floodS * 1_000,
  });
  const beforeMs = stage.generatedMs;
  let said = '';
  let sentBytes = 0;
  let stall = misbehave.stallInSpeech;
  entry.item = spoken(entry, '');
  stage.speechInHand = { ids, sound };
  context.send({ type: 'response.content_part.added', ...ids, part: { type: 'audio', transcript: '' } });
  try {
    if (misbehave.floodChars !== undefined) {
      for (const words of textPieces(speech.text, misbehave.floodChars)) {
        said += words;
        sendWords(stage, ids, words);
        yield context.habits.pieceMs;
      }
    }
    for (const piece of pieces) {
      if (piece.type === 'words') {
        said += piece.text;
        sendWords(stage, ids, piece.text);
        continue;
      }
      sentBytes += piece.bytes.length;
      sendSound(stage, ids, piece.bytes);
      const soFarMs = sentBytes / bytesPerMs(format);
      // Once the client has said how much was heard, what still comes is no longer part of the item.
      if (!entry.isTruncated) remember(entry, soFarMs, sound.subarray(0, sentBytes));
      stage.generatedMs = beforeMs + soFarMs;
      yield piece.bytes.length / bytesPerMs(format) / factor;
      if (stall !== undefined && soFarMs >= stall.atMs) {
        yield stall.forMs;
        stall = undefined;
      }
    }
  } finally {
    if (!stage.isCut) stage.speechInHand = null;
    entry.item = stage.settled(entry.isTruncated ? entry.item : spoken(entry, said));
    context.send({ type: 'response.output_audio.done', ...ids });
    context.send({ type: 'response.output_audio_transcript.done', ...ids, transcript: said });
    context.send({ type: 'response.content_part.done', ...ids, part: { type: 'audio', transcript: said } });
    stage.close(entry, outputIndex);
  }
}

export function sendSound(stage: Stage, ids: PartIds, bytes: Uint8Array): void {
  const delta =
    stage.context.misbehave.audioPayload ??
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  stage.context.send({ type: 'response.output_audio.delta', ...ids, delta });
}

/** Now and then padded, so that the length of a frame does not give the words away; clients ignore that field. */
function sendWords(stage: Stage, ids: PartIds, delta: string): void {
  const event = { type: 'response.output_audio_transcript.delta', ...ids, delta } as const;
  const padding = delta.length % 4;
  stage.context.send(padding === 0 ? event : { ...event, obfuscation: 'x9Qa'.slice(0, padding) });
}

function remember(entry: Entry, audioMs: number, sound: Uint8Array): void {
  entry.audioMs = audioMs;
  entry.audio = () => sound;
}

function spoken(entry: Entry, transcript: string): WireItem {
  return {
    id: entry.id,
    type: 'message',
    status: 'in_progress',
    role: 'assistant',
    content: [{ type: 'output_audio', transcript }],
  };
}

/** What speech is cut into on its way out. */
type SpeechPiece =
  | { readonly type: 'words'; readonly text: string }
  | { readonly type: 'sound'; readonly bytes: Uint8Array };

interface SpeechCut {
  readonly bytesPerMs: number;
  /** Whole samples only: 2 for 16-bit sound. */
  readonly bytesPerSample: number;
  /** Pieces of exactly this many bytes, samples or not. */
  readonly chunkBytes?: number | undefined;
  /** Goes on, from the beginning again, until so much has been said. */
  readonly untilMs?: number | undefined;
}

/** Live servers promise nothing about sizes, so these are never a multiple of a telephone's frame for long. */
const SHORTEST_MS = 37;
const SPREAD_MS = 151;
/** Words run ahead of their sound by this share of the sentence. */
const LEAD = 0.35;

/** The pieces of one spoken sentence in the order they are sent. */
function* speechPieces(text: string, sound: Uint8Array, cut: SpeechCut): Generator<SpeechPiece> {
  const words = text.split(/(?<=\s)/);
  const totalBytes = sound.length === 0 ? 0 : Math.max(sound.length, (cut.untilMs ?? 0) * cut.bytesPerMs);
  let saidWords = 0;
  let sentBytes = 0;
  for (let index = 0; sentBytes < totalBytes; index++) {
    const wordsDue = Math.ceil(words.length * Math.min(1, sentBytes / sound.length + LEAD));
    if (wordsDue > saidWords) yield { type: 'words', text: words.slice(saidWords, wordsDue).join('') };
    saidWords = Math.max(saidWords, wordsDue);
    const from = sentBytes % sound.length;
    const bytes = sound.subarray(from, from + pieceBytes(index, cut));
    sentBytes += bytes.length;
    yield { type: 'sound', bytes };
  }
  if (saidWords < words.length) yield { type: 'words', text: words.slice(saidWords).join('') };
}

/** Sizes that look random and are the same every time. */
function pieceBytes(index: number, cut: SpeechCut): number {
  if (cut.chunkBytes !== undefined) return Math.max(1, cut.chunkBytes);
  const ms = SHORTEST_MS + ((index * 89) % SPREAD_MS);
  const samples = Math.floor((ms * cut.bytesPerMs) / cut.bytesPerSample) | 1;
  return samples * cut.bytesPerSample;
}

/** A text or the arguments of a call, cut wherever it happens to be; a flood repeats it, in large pieces. */
function textPieces(text: string, floodChars?: number): Iterable<string> {
  return floodChars === undefined ? (text.match(/[\s\S]{1,11}/g) ?? []) : flood(text, floodChars);
}

function* flood(text: string, chars: number): Generator<string> {
  const piece = (text || 'more ').repeat(Math.ceil(FLOOD_PIECE_CHARS / Math.max(1, text.length)));
  for (let given = 0; given < chars; given += FLOOD_PIECE_CHARS) {
    yield piece.slice(0, Math.min(FLOOD_PIECE_CHARS, chars - given));
  }
}

const FLOOD_PIECE_CHARS = 16_384;

/** Calls a remote tool within the answer; or asks, where the client wants to be asked first. */
function remoteCall(stage: Stage, output: Call, serverLabel: string, outputIndex: number): Generator<Step> {
  const { remote, ids } = stage.context;
  const call = {
    id: ids.next('mcp'),
    server_label: serverLabel,
    name: output.name,
    arguments: output.arguments,
  };
  return remote.needsApproval(call) ? ask(stage, call, outputIndex) : run(stage, call, outputIndex);
}

function* run(stage: Stage, call: RemoteCall, outputIndex: number): Generator<Step> {
  const { context } = stage;
  const entry = stage.open(outputIndex, () => callItem({ ...call, arguments: '' }, null, null), call.id);
  let given = '';
  let result: RemoteResult = GIVEN_UP;
  try {
    given = yield* argue(stage, call, outputIndex);
    entry.item = callItem(call, null, null);
    yield context.remote.run(call, outputIndex).then((found) => {
      result = found;
    });
  } finally {
    entry.item = callItem({ ...call, arguments: given }, result, null);
    stage.close(entry, outputIndex);
  }
}

/** The call itself becomes an item when it has been approved. */
function* ask(stage: Stage, call: RemoteCall, outputIndex: number): Generator<Step> {
  const { id: _, ...wanted } = call;
  const entry = stage.open(
    outputIndex,
    (id) => ({ type: 'mcp_approval_request', id, ...wanted, arguments: '' }),
    stage.context.ids.next('mcpr'),
  );
  let given = '';
  try {
    given = yield* argue(stage, call, outputIndex);
  } finally {
    entry.item = { type: 'mcp_approval_request', id: entry.id, ...wanted, arguments: given };
    stage.close(entry, outputIndex);
  }
  stage.context.remote.wait(entry.id, call);
}

/** The arguments, piece by piece; what has been given of them is said in the end, all of it or not. */
function* argue(stage: Stage, call: RemoteCall, outputIndex: number): Generator<Step, string> {
  const { context } = stage;
  const ids = { response_id: stage.responseId, item_id: call.id, output_index: outputIndex };
  let given = '';
  try {
    for (const delta of textPieces(call.arguments, context.misbehave.floodChars)) {
      given += delta;
      context.send({ type: 'response.mcp_call_arguments.delta', ...ids, delta });
      yield context.habits.pieceMs;
    }
  } finally {
    context.send({ type: 'response.mcp_call_arguments.done', ...ids, arguments: given });
  }
  return given;
}

/** An answer that is interrupted does not wait for what it called. */
const GIVEN_UP: RemoteResult = {
  type: 'failed',
  error: { type: 'tool_execution_error', message: 'The response was cancelled.' },
};
