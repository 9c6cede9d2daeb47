// Loaded before the packing tool, which writes the present time into every entry
// of the bundle: with it, the present is the commit's time, and the same commit
// gives the same bytes.
const commit = Number(process.env.SOURCE_DATE_EPOCH) * 1000;
if (!Number.isFinite(commit) || commit <= 0) throw new Error("SOURCE_DATE_EPOCH is not set");

globalThis.Date = class extends Date {
  constructor(...when) {
    super(...(when.length ? when : [commit]));
  }
};
