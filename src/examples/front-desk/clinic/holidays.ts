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
