// Pointing at a cue lights up its box and its line in the account, and the other way round.
const light = (names, on) => names.split(" ").forEach((name) =>
  document.querySelectorAll(`[data-cue~="${name}"]`).forEach((e) => e.classList.toggle("on", on)));
document.querySelectorAll("[data-cue]").forEach((e) => {
  const names = e.dataset.cue;
  for (const event of ["mouseenter", "focus"]) e.addEventListener(event, () => light(names, true));
  for (const event of ["mouseleave", "blur"]) e.addEventListener(event, () => light(names, false));
});
