// Sets the clock to the time of the commit. It is loaded before the packing tool, which
// writes the current time into every entry of the bundle, so that the same commit gives the
// same bytes.
const commit = Number(process.env.SOURCE_DATE_EPOCH) * 1000;
if (!Number.isFinite(commit) || commit <= 0) throw new Error("SOURCE_DATE_EPOCH is not set");

globalThis.Date = class extends Date {
  constructor(...when) {
    super(...(when.length ? when : [commit]));
  }
};
