import './temporal.ts';

/** The clock on the wall of the shop. */
export const TIME_ZONE = 'Europe/London';

export const PRACTITIONERS = ['Amara Okafor', 'Tom Lindqvist'] as const;

export const TEST_MINUTES = 30;

/** The last test begins so long before closing: there is something to choose and to pay afterwards. */
const LAST_TEST_BEFORE_CLOSING = { minutes: 45 } as const;

export interface Hours {
  readonly opens: Temporal.PlainTime;
  readonly closes: Temporal.PlainTime;
}

/** What is not named is closed. */
export const WEEK = {
  monday: ['09:00-18:00'],
  tuesday: ['09:00-18:00'],
  wednesday: ['09:00-18:00'],
  thursday: ['09:00-18:00'],
  friday: ['09:00-18:00'],
  saturday: ['10:00-16:00'],
} as const;

const OPEN_DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;

/** Null on a day the shop stays closed. */
export function hoursOn(day: Temporal.PlainDate): Hours | null {
  const name = OPEN_DAYS[day.dayOfWeek - 1];
  if (name === undefined || isHoliday(day)) return null;
  const [span] = WEEK[name];
  const [opens = '', closes = ''] = span.split('-');
  return { opens: Temporal.PlainTime.from(opens), closes: Temporal.PlainTime.from(closes) };
}

export function isOpenAt(moment: Temporal.PlainDateTime): boolean {
  const hours = hoursOn(moment.toPlainDate());
  if (hours === null) return false;
  const time = moment.toPlainTime();
  return (
    Temporal.PlainTime.compare(time, hours.opens) >= 0 && Temporal.PlainTime.compare(time, hours.closes) < 0
  );
}

/** When eye tests begin on this day, whether free or not. */
export function testTimes(day: Temporal.PlainDate): readonly Temporal.PlainDateTime[] {
  const hours = hoursOn(day);
  if (hours === null) return [];
  const last = hours.closes.subtract(LAST_TEST_BEFORE_CLOSING);
  const times: Temporal.PlainDateTime[] = [];
  for (
    let time = hours.opens;
    Temporal.PlainTime.compare(time, last) <= 0;
    time = time.add({ minutes: TEST_MINUTES })
  ) {
    times.push(day.toPlainDateTime(time));
  }
  return times;
}

/** A time as it is stored, and as the model hands it back: `2026-11-23T09:30`. It sorts as text. */
export function stamp(moment: Temporal.PlainDateTime): string {
  return moment.toString({ smallestUnit: 'minute' });
}

/** Null for what is no time at which a test could begin. */
export function readTestTime(text: string): Temporal.PlainDateTime | null {
  try {
    const moment = Temporal.PlainDateTime.from(text);
    return testTimes(moment.toPlainDate()).find((time) => time.equals(moment)) ?? null;
  } catch {
    return null;
  }
}

export function readDay(text: string): Temporal.PlainDate | null {
  try {
    return Temporal.PlainDate.from(text);
  } catch {
    return null;
  }
}

/** What the clock on the wall says. */
export function wallTime(wallMs: number): Temporal.PlainDateTime {
  return Temporal.Instant.fromEpochMilliseconds(wallMs).toZonedDateTimeISO(TIME_ZONE).toPlainDateTime();
}

/** England's public holidays; where one falls on a weekend, the day that stands in for it is not reckoned. */
export function isHoliday(day: Temporal.PlainDate): boolean {
  const { year, month, day: date, dayOfWeek } = day;
  if (FIXED.some(([inMonth, on]) => month === inMonth && date === on)) return true;
  const isFirstMonday = dayOfWeek === 1 && date <= 7;
  const isLastMonday = dayOfWeek === 1 && date > day.daysInMonth - 7;
  if (month === 5 && (isFirstMonday || isLastMonday)) return true;
  if (month === 8 && isLastMonday) return true;
  const easter = easterSunday(year);
  return day.equals(easter.subtract({ days: 2 })) || day.equals(easter.add({ days: 1 }));
}

const FIXED = [
  [1, 1],
  [12, 25],
  [12, 26],
] as const;

/** By the church's own rule: the Sunday after the first full moon of spring, reckoned in whole numbers. */
function easterSunday(year: number): Temporal.PlainDate {
  const golden = year % 19;
  const century = Math.floor(year / 100);
  const moonShift = Math.floor((8 * century + 13) / 25);
  const epact = (19 * golden + century - Math.floor(century / 4) - moonShift + 15) % 30;
  const moon = epact - (epact === 29 || (epact === 28 && golden > 10) ? 1 : 0);
  const fullMoon = new Temporal.PlainDate(year, 3, 21).add({ days: moon });
  return fullMoon.add({ days: 7 - (fullMoon.dayOfWeek % 7) });
}
