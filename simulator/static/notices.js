// What the page says for a moment: the line under the bot's name, the toast, the alert.

import { say } from "./words.js";

const $ = (id) => document.getElementById(id);
const TYPING_MS = 5000; // core.telegram.org/bots/api#sendchataction
const TOAST_MS = 3500;

let typingTimer = 0;
let toastTimer = 0;

export function idle() {
  clearTimeout(typingTimer);
  $("status").textContent = say("bot");
  $("status").classList.remove("active");
}

export function typing() {
  idle();
  $("status").textContent = say("typing");
  $("status").classList.add("active");
  typingTimer = setTimeout(idle, TYPING_MS);
}

export function lost() {
  idle();
  $("status").textContent = say("lost");
}

export function toast(text) {
  clearTimeout(toastTimer);
  $("toast").textContent = text;
  $("toast").hidden = false;
  toastTimer = setTimeout(() => { $("toast").hidden = true; }, TOAST_MS);
}

export function alertBox(text) {
  $("alert-text").textContent = text;
  $("alert").showModal();
}
