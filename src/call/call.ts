import type { Agent } from '../agents/define-agent.ts';
import type { CallObserver, EndReason } from '../ports/call-log.ts';
import type { CallLeg, IncomingCall, LegEvent, LegGone } from '../ports/carrier.ts';
import type { Cancel, Clock } from '../ports/clock.ts';
import type { RealtimeSession, SessionEvent, SpeechModel } from '../ports/model.ts';
import { Conversation } from './conversation.ts';
import { endReasonOf } from './end-of-call.ts';
import { Journal } from './journal.ts';
import type { Metronome } from './metronome.ts';

/** What a call needs of the house. */
export interface CallSurroundings {
  readonly clock: Clock;
  readonly metronome: Metronome;
  readonly model: SpeechModel;
  readonly observer: CallObserver;
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
  readonly #incoming: IncomingCall;
  readonly #around: CallSurroundings;
  readonly #journal: Journal;
  readonly #session: RealtimeSession;
  readonly #conversation: Conversation;
  readonly #onEnd: (reason: EndReason) => void;
  readonly #cancels: Cancel[];
  #leg: CallLeg | null = null;
  #isOver = false;

  constructor(
    incoming: IncomingCall,
    agent: Agent,
    around: CallSurroundings,
    onEnd: (reason: EndReason) => void,
  ) {
    const { clock, metronome, model, observer } = around;
    const { carrier, from, to } = incoming;
    this.#incoming = incoming;
    this.#around = around;
    this.#onEnd = onEnd;
    this.#journal = new Journal(incoming.callId, clock, observer);
    this.#journal.note({ type: 'rang', carrier, from, to, agent: agent.name });
    this.#session = model.open(
      agent,
      this.#guarded((event) => this.#onModel(event)),
    );
    this.#conversation = new Conversation(agent, this.#session, incoming.format, this.#journal);
    this.#cancels = [
      metronome.join(this.#guarded((now) => this.#conversation.tick(now))),
      clock.after(CONNECT_MS, () => this.#leg ?? this.end('never_connected')),
    ];
  }

  /** The carrier has opened the line. False if the call is over, or has a line. */
  connect(leg: CallLeg): boolean {
    if (this.#isOver || this.#leg) return false;
    this.#leg = leg;
    this.#journal.note({ type: 'answered' });
    leg.listen(this.#guarded((event) => this.#onLine(event)));
    this.#guarded((now: number) => this.#conversation.connect(leg, now))(this.#around.clock.now());
    return true;
  }

  /** The carrier says it is done with the line. */
  lineEnded(): void {
    this.end(this.#leg ? 'line_lost' : 'never_connected');
  }

  /** Ends the call. The first reason stands; a second time is quiet. */
  end(reason: EndReason): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const cancel of this.#cancels) cancel();
    this.#leg?.close();
    this.#session.close();
    this.#journal.note({ type: 'ended', reason });
    this.#onEnd(reason);
  }

  #onLine(event: LegEvent): void {
    if (this.#isOver) return;
    if (event.type === 'gone') this.end(GONE[event.reason]);
    else this.#conversation.onLine(event, this.#around.clock.now());
  }

  #onModel(event: SessionEvent): void {
    if (this.#isOver) return;
    if (event.type === 'lost') {
      this.#journal.note({ type: 'problem', code: event.detail });
      this.end(endReasonOf(event.reason));
    } else this.#conversation.onModel(event, this.#around.clock.now());
  }

  /** A mistake of ours costs the call it happens on, and no other. */
  #guarded<News>(act: (news: News) => void): (news: News) => void {
    return (news) => {
      try {
        act(news);
      } catch (error) {
        this.#around.crashed(this.#incoming.callId, error);
        this.end('failed');
      }
    };
  }
}

/** Carriers open the line within a second or two of the answer, or never. */
const CONNECT_MS = 30_000;

const GONE = {
  hung_up: 'caller_hung_up',
  lost: 'line_lost',
  unusable: 'line_unusable',
} as const satisfies Record<LegGone, EndReason>;
