// Keys press the buttons and fields that name them; nothing else needs a script.
let sent = false;
addEventListener("pageshow", () => { sent = false; });
addEventListener("submit", () => { sent = true; });
addEventListener("keydown", (event) => {
  const typing = event.target.matches("input, textarea");
  if (event.key === "Escape" && typing) event.target.blur();
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || typing || sent) return;
  const asked = [...document.querySelectorAll("[data-key]")].find((found) => found.dataset.key === event.key);
  if (!asked) return;
  event.preventDefault();
  asked.matches("input, textarea") ? asked.focus() : asked.click();
});
document.querySelector(".text mark.asked")?.scrollIntoView({ block: "nearest" });
