// Every word of the page, in the two languages it speaks: French, unless the browser asks for something else.

const WORDS = {
  fr: {
    title: "Simulation de messagerie", notice: "Simulation locale : rien ne part chez Telegram",
    people: "Personnes", addPerson: "Ajouter une personne", nobody: "Ajoutez une personne pour commencer une conversation.",
    back: "Retour aux personnes", menu: "Menu", conversation: "Conversation", editing: "Modification du message",
    cancel: "Annuler", attach: "Joindre", commands: "Commandes du bot", write: "Votre message", send: "Envoyer",
    firstName: "Prénom", language: "Langue de son Telegram", add: "Ajouter", bot: "bot", typing: "écrit…",
    lost: "connexion perdue, nouvel essai…", start: "Démarrer", startWith: "Démarrer avec l’invitation {code}",
    unblock: "Débloquer le bot", block: "Bloquer le bot", edit: "Modifier", edited: "modifié", today: "Aujourd’hui",
    yesterday: "Hier", noMessage: "Aucun message", noCommand: "Ce bot n’a pas publié de commandes.",
    what: "Que peut faire ce bot ?", empty: "Appuyez sur Démarrer pour ouvrir la conversation.",
    voice: "Message vocal", photo: "Photo", sticker: "Autocollant", document: "Document", location: "Position",
    contact: "Contact", poll: "Sondage", video_note: "Message vidéo", unknown: "Message", deactivated: "compte supprimé",
    blocked: "bot bloqué", download: "Télécharger {name}", you: "Vous : ", failed: "Impossible : {reason}",
    opensLink: "{text} (lien)", choose: "Choisissez une personne.",
  },
  en: {
    title: "Messaging simulation", notice: "Local simulation: nothing is sent to Telegram",
    people: "People", addPerson: "Add a person", nobody: "Add a person to start a conversation.",
    back: "Back to people", menu: "Menu", conversation: "Conversation", editing: "Editing your message",
    cancel: "Cancel", attach: "Attach", commands: "Bot commands", write: "Your message", send: "Send",
    firstName: "First name", language: "Language of their Telegram", add: "Add", bot: "bot", typing: "typing…",
    lost: "connection lost, trying again…", start: "Start", startWith: "Start with invitation {code}",
    unblock: "Unblock the bot", block: "Block the bot", edit: "Edit", edited: "edited", today: "Today",
    yesterday: "Yesterday", noMessage: "No message", noCommand: "This bot has published no commands.",
    what: "What can this bot do?", empty: "Press Start to open the conversation.",
    voice: "Voice message", photo: "Photo", sticker: "Sticker", document: "Document", location: "Location",
    contact: "Contact", poll: "Poll", video_note: "Video message", unknown: "Message", deactivated: "deleted account",
    blocked: "bot blocked", download: "Download {name}", you: "You: ", failed: "Not possible: {reason}",
    opensLink: "{text} (link)", choose: "Choose a person.",
  },
};

export const language = (navigator.language || "fr").toLowerCase().startsWith("fr") ? "fr" : "en";

export function say(key, values = {}) {
  return WORDS[language][key].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

const TIME = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat(language, { weekday: "long", day: "numeric", month: "long" });

export const timeOf = (seconds) => TIME.format(new Date(seconds * 1000));

export function dayOf(seconds, now) {
  const midnight = (moment) => new Date(moment * 1000).setHours(0, 0, 0, 0);
  const days = Math.round((midnight(now) - midnight(seconds)) / 86_400_000);
  return days === 0 ? say("today") : days === 1 ? say("yesterday") : DAY.format(new Date(seconds * 1000));
}

export function translatePage() {
  document.documentElement.lang = language;
  document.title = say("title");
  for (const node of document.querySelectorAll("[data-text]")) node.textContent = say(node.dataset.text);
  for (const node of document.querySelectorAll("[data-label]")) {
    node.setAttribute("aria-label", say(node.dataset.label));
    if (node.matches("button")) node.title = say(node.dataset.label);
    if (node.matches("textarea")) node.placeholder = say(node.dataset.label);
  }
}
