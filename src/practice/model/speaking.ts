import type { Output } from './brain.ts';
import type { Entry } from './conversation.ts';
import type { WireItem } from './server-events.ts';
import { speechPieces, textPieces } from './speech-pieces.ts';
import type { PartIds, Stage, Step } from './stage.ts';
import { emptyMessage } from './stage.ts';
import { bytesPerMs, encodeSpeech } from './wire-audio.ts';

/** A flood is over after this long, however much it is. */
const FLOOD_S = 2;

/** Says a sentence: words ahead of sound, sound ahead of real time. */
export function* speak(
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
