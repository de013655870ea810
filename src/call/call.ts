import type { CallTap } from '../ports/call-tap.ts';
import type { Cancel, Clock } from '../ports/clock.ts';
import type { EndReason } from '../ports/end-reasons.ts';
import type { AgentSaid, CallObserver } from '../ports/facts.ts';
import type { Lease } from '../ports/journal.ts';
import type { Leg, LegEvent, LegGone } from '../ports/leg.ts';
import type { IncomingCall, PhoneCall, TransferOutcome } from '../ports/phone-call.ts';
import type { Session, SessionEvent, SpeechModel } from '../ports/session.ts';
import type { CallControl, ControlAnswer } from '../ports/tools.ts';
import { callControl } from './call-control.ts';
import { type CallPlan, isLedByUs } from './call-plan.ts';
import { Conversation } from './conversation.ts';
import { endReasonOf, isHangUp } from './end-of-call.ts';
import { inAnyCase } from './in-any-case.ts';
import { Journal } from './journal.ts';
import type { Metronome } from './metronome.ts';
import { RecordingConsent } from './recording-consent.ts';
import type { Due } from './turns/departure.ts';

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

/**
 * One phone call, from the first ring to its one end.
 *
 * The model is called when the phone rings, while the carrier is still
 * connecting, so that the greeting is ready when the caller is. Whatever ends
 * first ends everything: line, model, timers, in that order, and only once.
 */
export class Call {
  readonly incoming: IncomingCall;
  readonly plan: CallPlan;
  readonly #around: CallSurroundings;
  readonly #journal: Journal;
  readonly #phoneCall: PhoneCall;
  readonly #session: Session;
  readonly #conversation: Conversation;
  readonly #tap: CallTap;
  readonly #consent: RecordingConsent;
  readonly #onEnd: (reason: EndReason, isUnsaid: boolean) => void;
  #leaveMetronome: Cancel = () => {};
  #stopWaiting: Cancel = () => {};
  #leg: Leg | null = null;
  /** The caller is being connected with somebody else, and may come back, or is about to. */
  #away: { readonly to: string; readonly comesBack: boolean } | null = null;
  #isReady = false;
  #isOver = false;

  constructor(
    incoming: IncomingCall,
    plan: CallPlan,
    around: CallSurroundings,
    onEnd: (reason: EndReason, isUnsaid: boolean) => void,
    epoch = 0,
  ) {
    const { clock, metronome, model, observer } = around;
    const { carrier, from, to, callId } = incoming;
    this.incoming = incoming;
    this.plan = plan;
    this.#around = around;
    this.#onEnd = onEnd;
    this.#phoneCall = around.phoneCallOf(incoming);
    this.#tap = around.tapOf(callId, clock.now());
    this.#journal = new Journal({ callId, epoch }, clock, observer);
    this.#consent = new RecordingConsent(plan.recording, this.#tap, this.#journal, clock);
    this.#session = model.open(
      {
        ...plan,
        tools: plan.toolbox.offers,
        turnTaking: { detection: plan.turnDetection, isLedByUs: isLedByUs(plan) },
      },
      this.#guarded((event) => this.#onModel(event)),
    );
    try {
      this.#conversation = new Conversation({
        plan,
        format: incoming.format,
        session: this.#session,
        tools: plan.toolbox.open(this.#control()),
        journal: this.#journal,
        tap: this.#tap,
        whenDone: (work, goOn) => this.#whenDone(work, goOn),
        leave: (due) => this.#leave(due),
      });
      // All that can go wrong has been done: from here on there is a call.
      const { direction = 'inbound' } = incoming;
      const { agent, model: modelName } = plan;
      const wallMs = clock.wallMs();
      this.#journal.note({ type: 'rang', carrier, direction, from, to, agent, model: modelName, wallMs });
    } catch (error) {
      this.#isOver = true;
      this.#session.close();
      throw error;
    }
    this.#leaveMetronome = metronome.join(this.#guarded((now) => this.#conversation.tick(now)));
    this.#waitForLine(CONNECT_MS, 'never_connected');
  }

  /** The carrier has opened the line. False if the call is over, or has a line. */
  connect(leg: Leg): boolean {
    if (this.#isOver || this.#leg) return false;
    this.#leg = leg;
    this.#stopWaiting();
    if (this.#away === null) {
      this.#journal.note({ type: 'answered' });
      this.#consent.answered();
    } else {
      this.#journal.nextLeg();
      this.#journal.note({ type: 'leg_joined' });
    }
    this.#away = null;
    leg.listen(this.#guarded((event) => this.#onLine(leg, event)));
    this.#guarded((now: number) => this.#conversation.connect(leg, now))(this.#around.clock.now());
    return true;
  }

  /** The carrier says it is done with the line. */
  lineEnded(): void {
    if (this.#away === null) this.end(this.#leg ? 'line_lost' : 'never_connected');
  }

  /** The carrier says the phone call itself is over. */
  phoneCallEnded(): void {
    this.end(this.#away === null || this.#away.comesBack ? 'caller_hung_up' : 'transferred');
  }

  /** What came of connecting the caller with somebody else. True if they come back to the agent. */
  returned(outcome: TransferOutcome): boolean {
    if (this.#isOver || this.#away === null) return false;
    const { to: target, comesBack } = this.#away;
    if (comesBack) return true; // carriers may say so twice
    if (outcome === 'completed') {
      this.#journal.note({ type: 'transfer', target, state: 'connected' });
      this.end('transferred');
      return false;
    }
    this.#guarded((now: number) => this.#cameBack(target, outcome, now))(this.#around.clock.now());
    return !this.#isOver;
  }

  /** The carrier has opened it, and it has not gone away again. */
  get hasLine(): boolean {
    return this.#leg !== null;
  }

  /** The model is there, and it is the caller's turn. */
  get awaitsCaller(): boolean {
    return this.#isReady && this.#conversation.isQuiet(this.#around.clock.now());
  }

  /** What the caller is hearing the agent say at this moment, as far as it is not noted yet. */
  get saying(): readonly AgentSaid[] {
    return this.#conversation.saying(this.#around.clock.now());
  }

  /** Tells the model something only it is to know, and has it speak of it at once if need be. */
  tell(text: string, isToSpeak: boolean): void {
    if (!this.#isOver) this.#conversation.tell(text, 'operator', isToSpeak, this.#around.clock.now());
  }

  /** What the caller says in writing. */
  read(text: string): void {
    if (!this.#isOver) this.#conversation.read(text, this.#around.clock.now());
  }

  show(picture: Uint8Array, mediaType: string): void {
    if (!this.#isOver) this.#conversation.show(picture, mediaType, this.#around.clock.now());
  }

  /** Connects the caller with one of the owner's targets, once they have heard what is being said. */
  transfer(target: string): ControlAnswer {
    return this.#control().transfer(target);
  }

  /**
   * Ends the call. The first reason stands; a second time is quiet.
   * `isUnsaid`: the caller has not been told, so the phone is left to the carrier, which says it.
   */
  end(reason: EndReason, isUnsaid = false): void {
    this.#close(
      () => this.#endLine(isHangUp(reason) && !isUnsaid),
      () => this.#journal.note({ type: 'ended', reason }),
      () => this.#onEnd(reason, isUnsaid),
    );
  }

  get lease(): Lease {
    return this.#journal.lease;
  }

  /** The call is another process's by now: everything of it here ends, and nobody is told, the carrier least of all. */
  letGo(): void {
    this.#journal.letGo();
    this.#close(() => this.#leg?.close());
  }

  #close(endLine: () => void, ...ending: readonly (() => void)[]): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const now = this.#around.clock.now();
    const mistakes = inAnyCase([
      this.#leaveMetronome,
      this.#stopWaiting,
      endLine,
      () => this.#conversation.close(now),
      () => this.#session.close(),
      () => this.#tap.end(now),
      ...ending,
    ]);
    for (const mistake of mistakes) this.#around.crashed(this.incoming.callId, mistake);
  }

  #control(): CallControl {
    const { clock } = this.#around;
    return callControl({
      incoming: this.incoming,
      plan: this.plan,
      clock,
      session: this.#session,
      conversation: () => this.#conversation,
      journal: this.#journal,
      consent: this.#consent,
      phoneCall: this.#phoneCall,
    });
  }

  /** Ends the phone call, wherever the caller is by now; or the line only, and the carrier asks how to go on. */
  #endLine(isHangingUp: boolean): void {
    if (!isHangingUp) return this.#leg?.close();
    this.#phoneCall.hangUp().catch((error: unknown) => this.#around.crashed(this.incoming.callId, error));
  }

  #onLine(leg: Leg, event: LegEvent): void {
    if (this.#isOver || this.#leg !== leg) return;
    if (event.type !== 'gone') return this.#conversation.onLine(event, this.#around.clock.now());
    if (this.#away === null) return this.end(GONE[event.reason]);
    this.#leg = null;
    this.#conversation.disconnect(this.#around.clock.now());
    this.#journal.note({ type: 'leg_left' });
  }

  #onModel(event: SessionEvent): void {
    if (this.#isOver) return;
    if (event.type === 'lost') {
      const { detail: code, hint } = event;
      this.#journal.note({ type: 'problem', code, ...(hint !== undefined && { hint }) });
      this.end(endReasonOf(event.reason));
      return;
    }
    this.#isReady ||= event.type === 'ready';
    this.#conversation.onModel(event, this.#around.clock.now());
  }

  #leave({ leave, isUnsaid }: Due): void {
    if (leave.kind === 'hang_up') return this.end(leave.reason, isUnsaid);
    const target = this.plan.transferTargets[leave.target];
    if (!target || !this.#leg || this.#away) return;
    this.#away = { to: leave.target, comesBack: false };
    this.#waitForLine(RING_MS + LONGEST_TALK_MS + CONNECT_MS, 'transferred');
    this.#journal.note({ type: 'transfer', target: leave.target, state: 'dialled' });
    const { number, announce } = target;
    const request = {
      number,
      ...(announce !== undefined && { announce }),
      ringMs: RING_MS,
      mostMs: LONGEST_TALK_MS,
    };
    this.#whenDone(this.#phoneCall.dial(request), (outcome, now) => {
      if (outcome === 'refused' && this.#away !== null) this.#cameBack(leave.target, 'failed', now);
    });
  }

  /** Nobody waits for ever for a carrier: a line that does not open by then never will. */
  #waitForLine(mostMs: number, otherwise: EndReason): void {
    this.#stopWaiting();
    this.#stopWaiting = this.#around.clock.after(mostMs, () => {
      if (!this.#leg) this.end(otherwise);
    });
  }

  /** Nobody took the call: the agent has the caller again, and knows why. */
  #cameBack(target: string, outcome: TransferOutcome, now: number): void {
    if (this.#leg) {
      this.#away = null; // the line never went away
      this.#stopWaiting();
    } else {
      this.#away = { to: target, comesBack: true };
      this.#waitForLine(CONNECT_MS, 'line_lost');
    }
    this.#journal.note({ type: 'transfer', target, state: 'came_back', detail: outcome });
    this.#conversation.cameBack(
      `The caller could not be connected with ${target}: ${CAME_BACK[outcome]} They are back on the line with you. Say so, and offer what else you can do.`,
      now,
    );
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

/** Carriers open the line within a second or two of the answer, or never. */
const CONNECT_MS = 30_000;

/** Five rings, about; and no conversation with a colleague takes longer than this. */
const RING_MS = 25_000;
const LONGEST_TALK_MS = 60 * 60_000;

const GONE = {
  hung_up: 'caller_hung_up',
  lost: 'line_lost',
  unusable: 'line_unusable',
} as const satisfies Record<LegGone, EndReason>;

const CAME_BACK = {
  completed: 'the call is over.',
  busy: 'the line is busy.',
  no_answer: 'nobody answers.',
  failed: 'the call did not go through.',
} as const satisfies Record<TransferOutcome, string>;
