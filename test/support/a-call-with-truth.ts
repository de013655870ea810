import { z } from 'zod';
import { channelSamples, readWav } from '../../src/audio/wav.ts';
import { systemClock } from '../../src/ports/clock.ts';
import type { CallEvent } from '../../src/ports/facts.ts';
import { Caller } from '../../src/practice/phone/caller.ts';
import { DIAL_DEFAULTS } from '../../src/practice/phone/dial.ts';
import type { Script } from '../../src/practice/phone/scripts.ts';
import type { Tape } from '../../src/practice/phone/tape.ts';
import { aHouseProcess } from './a-process.ts';
import { medianMs, type Offset, offsets } from './alignment.ts';

/** A call as the phone knows it, and as the house shows it to whoever asks. */
export interface CallWithTruth {
  readonly wentWell: boolean;
  readonly tape: Tape;
  readonly events: readonly CallEvent[];
  /** What the call's page has on its time axis. */
  readonly markers: z.infer<typeof ONE_CALL>['markers'];
  /**
   * What the call's clock shows when the phone's shows 0. They are the clocks of two processes: the recording joins
   * them, for what the caller says in it is what the phone sent, and the phone knows when.
   */
  readonly behindMs: number;
  /** The same, by the time of day that both have written down. */
  readonly behindByWallMs: number;
  /** How far off the recording is from what was said and heard, once the clocks are joined. */
  readonly caller: readonly Offset[];
  readonly agent: readonly Offset[];
}

/** How far each interruption, as the call's page has it, is from the nearest moment at which the phone fell silent. */
export function markersOff({ markers, tape, behindMs }: CallWithTruth): readonly number[] {
  return markers
    .filter(({ kind }) => kind === 'interruption')
    .map(({ atMs }) => Math.min(...tape.cutsMs.map((cutMs) => Math.abs(atMs - behindMs - cutMs))));
}

/** Asks for something with a long answer and cuts in on it, again and again, after as long as it says. */
export function cuttingIn(seconds: number, afterMs: () => number): Script {
  return async (caller) => {
    const until = systemClock.now() + 1_000 * seconds;
    if (!(await caller.untilAgentIsQuiet())) return false;
    while (systemClock.now() < until) {
      await caller.say('opening_hours');
      if (!(await caller.untilAgentSpoke(FIRST_SOUND_MS))) return false;
      await caller.wait(afterMs());
    }
    return true;
  };
}

const FIRST_SOUND_MS = 100;

/** Rings a house that has a process of its own, and asks it afterwards what the call was like. */
export async function placeCallWithTruth(directory: string, script: Script): Promise<CallWithTruth> {
  const house = await aHouseProcess(directory);
  try {
    const caller = new Caller(() => {});
    const isConnected = await caller.ring({ ...DIAL_DEFAULTS, url: house.url });
    const wentWell = isConnected && (await script(caller));
    await caller.hangUp();
    const about = `${house.url}/api/calls/${await theOneCall(house.url)}`;
    const events = lines(await (await fetch(`${about}/events`)).text());
    const { markers } = ONE_CALL.parse(await (await fetch(about)).json());
    const recording = new Uint8Array(await (await fetch(`${about}/recording.wav`)).arrayBuffer());
    return { wentWell, tape: caller.tape, events, markers, ...compared(recording, caller.tape, events) };
  } finally {
    await house.close();
  }
}

function compared(recording: Uint8Array, tape: Tape, events: readonly CallEvent[]) {
  const rang = events.find((event) => event.type === 'rang');
  const behindByWallMs = tape.startedWallMs - (rang?.wallMs ?? Number.NaN);
  const [recorded, truth] = [readWav(recording), readWav(tape.toWav())];
  const lane = (channel: number, behindMs: number): readonly Offset[] =>
    offsets(channelSamples(recorded, channel), channelSamples(truth, channel), behindMs);
  const behindMs = behindByWallMs + medianMs(lane(0, behindByWallMs));
  return { behindByWallMs, behindMs, caller: lane(0, behindMs), agent: lane(1, behindMs) };
}

async function theOneCall(url: string): Promise<string> {
  for (;;) {
    const { calls } = ALL_CALLS.parse(await (await fetch(`${url}/api/calls`)).json());
    if (calls[0]?.endReason) return calls[0].callId;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function lines(text: string): readonly CallEvent[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

const ALL_CALLS = z.object({
  calls: z.array(z.object({ callId: z.string(), endReason: z.string().nullable() })),
});
const ONE_CALL = z.object({ markers: z.array(z.object({ kind: z.string(), atMs: z.number() })) });
