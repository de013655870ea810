import type { Clock } from '../ports/clock.ts';
import { type CallObserver, END_MEANINGS, type EndReason } from '../ports/facts.ts';
import type { Lease } from '../ports/journal.ts';
import type { CallTap, Leg, LegEvent } from '../ports/leg.ts';
import type { OperatorControl } from '../ports/live-view.ts';
import type { Aftermath, Apology, IncomingCall, PhoneCall, TransferOutcome } from '../ports/phone-call.ts';
import type { SessionEvent, SessionLost, SpeechModel } from '../ports/session.ts';
import { callControl } from './call-control.ts';
import { type CallPlan, isLedByUs } from './call-plan.ts';
import { Conversation } from './conversation.ts';
import { historyOf } from './history.ts';
import { Journal } from './journal.ts';
import type { Metronome } from './metronome.ts';
import { RecordingConsent } from './recording-consent.ts';
import { Seat } from './seat.ts';
import type { Due } from './turns/departure.ts';
import { cameBackWords, Whereabouts } from './whereabouts.ts';

/** Does all of it, whatever goes wrong on the way; gives what went wrong. */
function inAnyCase(steps: readonly (() => unknown)[]): readonly unknown[] {
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

/** What the caller is owed after a call that ended for this reason: nothing more, or a spoken apology. */
export function aftermathOf(reason: EndReason, apology: Apology): Aftermath {
  return END_MEANINGS[reason].isFailure ? apology : 'hang_up';
}

/** A lost conversation ends the call; the caller, who is still on the phone, is told so. */
function endReasonOf(lost: SessionLost): EndReason {
  return END_REASON[lost];
}

/** Endings in which the agent, or whoever watches it, puts the phone down. */
function isHangUp(reason: EndReason): boolean {
  return END_MEANINGS[reason].isHangUp;
}

const END_REASON = {
  refused: 'model_refused',
  limited: 'model_limited',
  unreachable: 'model_unreachable',
  wrong_format: 'model_wrong_format',
  dropped: 'model_lost',
  expired: 'model_expired',
} as const satisfies Record<SessionLost, EndReason>;

/** What a call needs of the house. */
export interface CallSurroundings {
  readonly clock: Clock;
  readonly metronome: Metronome;
  readonly model: SpeechModel;
  readonly observer: CallObserver;
  /** Hears a call that begins at this moment of the clock. */
  readonly tapOf: (callId: string, startedAt: number) => CallTap;
  /** What the carrier does with a phone call when it is asked to. */
  readonly phoneCallOf: (incoming: IncomingCall) => PhoneCall;
  /** Told of mistakes of ours: whatever they are, they cost one call. */
  readonly crashed: (callId: string, error: unknown) => void;
}

interface End {
  readonly reason: EndReason;
  readonly isUnsaid: boolean;
}

/**
 * One phone call, from the first ring to its one end.
 *
 * The model is called when the phone rings, while the carrier is still
 * connecting, so that the greeting is ready when the caller is. Whatever ends
 * first ends everything: line, model, timers, in that order, and only once.
 */
export class Call {
  readonly incoming: IncomingCall;
  /** What its tools may do, and whoever watches it. */
  readonly control: OperatorControl;
  readonly #around: CallSurroundings;
  readonly #journal: Journal;
  readonly #consent: RecordingConsent;
  readonly #conversation: Conversation;
  readonly #whereabouts: Whereabouts;
  /** What is over with the call, when its line and its conversation are. Null: it goes on, and not here. */
  readonly #endings: readonly ((end: End | null) => void)[];
  #stage: 'beginning' | 'ready' | 'over' = 'beginning';

  constructor(
    incoming: IncomingCall,
    plan: CallPlan,
    around: CallSurroundings,
    onEnd: (reason: EndReason, isUnsaid: boolean) => void,
    epoch = 0,
  ) {
    const { clock, metronome, model, observer } = around;
    const { carrier, direction = 'inbound', from, to, callId } = incoming;
    this.incoming = incoming;
    this.#around = around;
    const phoneCall = around.phoneCallOf(incoming);
    const tap = around.tapOf(callId, clock.now());
    const journal = new Journal({ callId, epoch }, clock, observer);
    this.#journal = journal;
    const consent = new RecordingConsent(plan.recording, tap, journal, clock);
    this.#consent = consent;
    const turnTaking = { detection: plan.turnDetection, isLedByUs: isLedByUs(plan) };
    const session = new Seat({
      model,
      setup: { ...plan, tools: plan.toolbox.offers, turnTaking },
      clock,
      history: () => historyOf(journal.state, this.#conversation.saying(clock.now())),
      tell: this.#guarded((event) => this.#onModel(event)),
    });
    session.open();
    const parts = { incoming, plan, clock, phoneCall, session, journal, consent };
    this.control = callControl({
      ...parts,
      conversation: () => this.#conversation,
      isOver: () => this.#isOver,
      isAway: () => this.#whereabouts.isAway,
      end: (reason) => this.end(reason),
    });
    try {
      this.#conversation = new Conversation({
        plan,
        format: incoming.format,
        session,
        tools: plan.toolbox.open(this.control),
        journal,
        tap,
        whenDone: (work, goOn) => this.#whenDone(work, goOn),
        leave: (due) => this.#leave(due, plan),
      });
      // All that can go wrong has been done: from here on there is a call.
      const { agent, model } = plan;
      journal.note({ type: 'rang', carrier, direction, from, to, agent, model, wallMs: clock.wallMs() });
    } catch (error) {
      this.#stage = 'over';
      session.close();
      throw error;
    }
    const leaveMetronome = metronome.join(this.#guarded((now) => this.#conversation.tick(now)));
    this.#whereabouts = new Whereabouts(clock, phoneCall, (otherwise) => this.#overdue(otherwise, plan));
    this.#endings = [
      leaveMetronome,
      () => session.close(),
      () => tap.end(clock.now()),
      (end) => end && journal.note({ type: 'ended', reason: end.reason }),
      (end) => end && onEnd(end.reason, end.isUnsaid),
    ];
  }

  /** The carrier has opened a leg. False if the call is over, or has one. */
  connect(leg: Leg): boolean {
    if (this.#isOver || this.hasLine) return false;
    if (this.#whereabouts.arrived(leg) === 'first') {
      this.#journal.note({ type: 'answered' });
      this.#consent.answered();
    } else {
      this.#journal.nextLeg();
      this.#journal.note({ type: 'leg_joined' });
    }
    leg.listen(this.#guarded((event) => this.#onLine(leg, event)));
    this.#guarded((now: number) => this.#conversation.connect(leg, now))(this.#around.clock.now());
    return true;
  }

  /** The carrier says it is done with the line. */
  lineEnded(): void {
    const { lineEnded } = this.#whereabouts;
    if (lineEnded) this.end(lineEnded);
  }

  /** The carrier says the phone call itself is over. */
  phoneCallEnded(): void {
    this.end(this.#whereabouts.phoneCallEnded);
  }

  /** What came of connecting the caller with somebody else. True if they come back to the agent. */
  returned(outcome: TransferOutcome): boolean {
    const { away } = this.#whereabouts;
    if (this.#isOver || away === null) return false;
    if (away.comesBack) return true; // carriers may say so twice
    if (outcome === 'completed') {
      this.#journal.note({ type: 'transfer', target: away.to, state: 'connected' });
      this.end('transferred');
      return false;
    }
    this.#guarded((now: number) => this.#cameBack(away.to, outcome, now))(this.#around.clock.now());
    return !this.#isOver;
  }

  /** The carrier has opened it, and it has not gone away again. */
  get hasLine(): boolean {
    return this.#whereabouts.leg !== null;
  }

  /** The model is there, and it is the caller's turn. */
  get awaitsCaller(): boolean {
    return this.#stage === 'ready' && this.#conversation.isQuiet(this.#around.clock.now());
  }

  /** What the caller says in writing. */
  read(text: string): void {
    if (!this.#isOver) this.#conversation.read(text, this.#around.clock.now());
  }

  show(picture: Uint8Array, mediaType: string): void {
    if (!this.#isOver) this.#conversation.show(picture, mediaType, this.#around.clock.now());
  }

  /**
   * Ends the call. The first reason stands; a second time is quiet.
   * `isUnsaid`: the caller has not been told, so the phone is left to the carrier, which says it.
   */
  end(reason: EndReason, isUnsaid = false): void {
    this.#close({ reason, isUnsaid });
  }

  get lease(): Lease {
    return this.#journal.lease;
  }

  /** The call is another process's by now: everything of it here ends, and nobody is told, the carrier least of all. */
  letGo(): void {
    this.#journal.letGo();
    this.#close(null);
  }

  #close(end: End | null): void {
    if (this.#isOver) return;
    this.#stage = 'over';
    const isHangingUp = end !== null && isHangUp(end.reason) && !end.isUnsaid;
    const mistakes = inAnyCase([
      () => this.#keep(this.#whereabouts.end(isHangingUp)),
      () => this.#conversation.close(this.#around.clock.now()),
      ...this.#endings.map((ending) => () => ending(end)),
    ]);
    for (const mistake of mistakes) this.#around.crashed(this.incoming.callId, mistake);
  }

  get #isOver(): boolean {
    return this.#stage === 'over';
  }

  #onLine(leg: Leg, event: LegEvent): void {
    if (this.#isOver || !this.#whereabouts.has(leg)) return;
    const now = this.#around.clock.now();
    if (event.type !== 'gone') return this.#conversation.onLine(event, now);
    const ended = this.#whereabouts.gone(leg, event.reason);
    if (ended) return this.end(ended);
    this.#conversation.disconnect(now);
    this.#journal.note({ type: 'leg_left' });
  }

  #onModel(event: SessionEvent): void {
    if (this.#isOver) return;
    if (event.type === 'lost') {
      const { reason, detail: code, hint } = event;
      const { away } = this.#whereabouts;
      const isMissed = away === null || away.comesBack;
      const lost = { code, ...(hint !== undefined && { hint }) };
      if (this.#conversation.modelLost(reason, isMissed, this.#around.clock.now())) {
        this.#journal.note({ type: 'model_lost', ...lost });
        return;
      }
      this.#journal.note({ type: 'problem', ...lost });
      this.end(endReasonOf(reason));
      return;
    }
    if (event.type === 'ready') this.#stage = 'ready';
    this.#conversation.onModel(event, this.#around.clock.now());
  }

  #leave({ leave, isUnsaid }: Due, { transferTargets }: CallPlan): void {
    if (leave.kind === 'hang_up') return this.end(leave.reason, isUnsaid);
    const target = transferTargets[leave.target];
    if (!target || !this.#whereabouts.isHere) return;
    this.#journal.note({ type: 'transfer', target: leave.target, state: 'dialled' });
    this.#whenDone(this.#whereabouts.dial(leave.target, target), (outcome, now) => {
      if (outcome === 'refused' && this.#whereabouts.away) this.#cameBack(leave.target, 'failed', now);
    });
  }

  /** The carrier has not opened a leg, or says nothing any more of a caller who is with somebody else. */
  #overdue(otherwise: EndReason, { apology }: CallPlan): void {
    if (otherwise !== 'transferred') this.#keep(this.#whereabouts.apologise(apology));
    this.end(otherwise);
  }

  /** Nobody took the call: the agent has the caller again, and knows why. */
  #cameBack(target: string, outcome: TransferOutcome, now: number): void {
    this.#whereabouts.comesBack(target);
    this.#journal.note({ type: 'transfer', target, state: 'came_back', detail: outcome });
    this.#conversation.cameBack(cameBackWords(target, outcome), now);
  }

  #whenDone<Result>(work: Promise<Result>, goOn: (result: Result, now: number) => void): void {
    const inTime = this.#guarded((result: Result) => {
      if (!this.#isOver) goOn(result, this.#around.clock.now());
    });
    work.then(inTime, (error: unknown) => {
      this.#around.crashed(this.incoming.callId, error);
      this.end('failed');
    });
  }

  /** What nobody waits for, and goes on after the end. */
  #keep(work: Promise<void>): void {
    work.catch((error: unknown) => this.#around.crashed(this.incoming.callId, error));
  }

  /** A mistake of ours costs the call it happens on, and no other. */
  #guarded<News>(act: (news: News) => void): (news: News) => void {
    return (news) => {
      try {
        act(news);
      } catch (error) {
        this.#around.crashed(this.incoming.callId, error);
        this.end('failed');
      }
    };
  }
}
