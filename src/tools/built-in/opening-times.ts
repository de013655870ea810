/** When a business is open, in its own time zone. */
export interface OpeningHours {
  /** As in the tz database: `Europe/Berlin`. */
  readonly timeZone: string;
  /** Times such as `09:00-12:30`; a day that is not named is closed. `22:00-02:00` ends on the next day. */
  readonly week: Readonly<Partial<Record<Weekday, readonly string[]>>>;
  /** Holidays and other days that differ, by date such as `2026-12-24`; an empty list is closed all day. */
  readonly exceptions?: Readonly<Record<string, readonly string[]>>;
}

export type Weekday = (typeof WEEKDAYS)[number];
export const WEEKDAYS = [
  'sunday',
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
] as const;

/** A moment as a clock on the business's wall shows it. */
export interface WallTime {
  /** `2026-12-24` */
  readonly date: string;
  readonly weekday: Weekday;
  /** Since midnight. */
  readonly minutes: number;
}

export interface Openness {
  readonly isOpen: boolean;
  /** When that changes next, at the latest in two weeks. */
  readonly until: { readonly date: string; readonly weekday: Weekday; readonly time: string } | null;
}

export const SPAN = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)$/;

/** The wall clock of a time zone. */
export function wallTime(wallMs: number, timeZone: string): WallTime {
  const parts = new Map(
    new Intl.DateTimeFormat('en-CA', {
      timeZone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    })
      .formatToParts(wallMs)
      .map(({ type, value }) => [type, value]),
  );
  const date = `${parts.get('year')}-${parts.get('month')}-${parts.get('day')}`;
  const minutes = Number(parts.get('hour')) * 60 + Number(parts.get('minute'));
  return { date, weekday: weekdayOf(date), minutes };
}

/** The times of one day, exceptions before the week. */
export function timesOn(date: string, { week, exceptions }: OpeningHours): readonly string[] {
  return exceptions?.[date] ?? week[weekdayOf(date)] ?? [];
}

/** Whether the business is open, and until when it stays so. */
export function opennessAt(now: WallTime, hours: OpeningHours): Openness {
  const minuteOfDay = now.minutes + MINUTES_PER_DAY; // counted from yesterday's midnight
  const spans = DAYS_AHEAD.flatMap((day) =>
    spansOf(addDays(now.date, day), (day + 1) * MINUTES_PER_DAY, hours),
  );
  const current = spans.find(({ from, to }) => from <= minuteOfDay && minuteOfDay < to);
  const until = current ? lastEnd(current.to, spans) : spans.find(({ from }) => from > minuteOfDay)?.from;
  return { isOpen: current !== undefined, until: until === undefined ? null : momentOf(until, now.date) };
}

const MINUTES_PER_DAY = 1440;
/** Yesterday may end today; two weeks see the end of any holiday. */
const DAYS_AHEAD = Array.from({ length: 16 }, (_, index) => index - 1);

interface Span {
  readonly from: number;
  readonly to: number;
}

function spansOf(date: string, midnight: number, hours: OpeningHours): readonly Span[] {
  return timesOn(date, hours)
    .map((text): Span => {
      const [, fromHour = 0, fromMinute = 0, toHour = 0, toMinute = 0] = (SPAN.exec(text) ?? []).map(Number);
      const from = midnight + fromHour * 60 + fromMinute;
      const to = midnight + toHour * 60 + toMinute;
      return { from, to: to > from ? to : to + MINUTES_PER_DAY };
    })
    .sort((a, b) => a.from - b.from);
}

/** A span that follows without a gap goes on with the same opening. */
function lastEnd(end: number, spans: readonly Span[]): number {
  const next = spans.find(({ from, to }) => from <= end && to > end);
  return next ? lastEnd(next.to, spans) : end;
}

function momentOf(minutes: number, today: string): NonNullable<Openness['until']> {
  const date = addDays(today, Math.floor(minutes / MINUTES_PER_DAY) - 1);
  const ofDay = minutes % MINUTES_PER_DAY;
  const two = (number: number) => String(number).padStart(2, '0');
  return { date, weekday: weekdayOf(date), time: `${two(Math.floor(ofDay / 60))}:${two(ofDay % 60)}` };
}

export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

function weekdayOf(date: string): Weekday {
  return WEEKDAYS[new Date(`${date}T00:00:00Z`).getUTCDay()] ?? 'sunday';
}
