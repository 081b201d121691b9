const soak = process.env["SOAK"];

/** Whether this is `npm run test:soak`, which also tries what takes long and hardly ever finds anything. */
export const isSoak = soak !== undefined;

/** How often a random test repeats itself: `long` in `npm run test:soak`, where `SOAK` is the part of it to do. */
export const times = (quick: number, long: number): number =>
  soak === undefined ? quick : Math.max(quick, Math.round(long * Number(soak)));
