// What the map itself says. Desks read French; a page of peers gives its own words, in its reader's
// language, by the attribute `words` (JSON, by these names).

export const FRENCH = {
  /** How numbers are written. */
  lang: "fr-FR",
  zoom_in: "Zoomer",
  zoom_out: "Dézoomer",
  all: "Voir tous les lieux",
  here: "Ma position",
  ground: "Carte : flèches pour bouger, plus et moins pour zoomer",
  coming: "Le plan de la ville arrive :",
  later: "Le plan de la ville viendra avec le réseau.",
  unreadable: "Le plan de la ville est illisible. Les lieux restent justes.",
  too_big: "Le plan de la ville est trop gros pour ce téléphone.",
  looking: "On cherche la position…",
  found: "Vous êtes ici, à {n}\u00a0m près.",
  refused: "La position est refusée. On peut l'autoriser dans les réglages du téléphone.",
  not_found: "Position introuvable. On peut réessayer dehors, loin des murs.",
  no_position: "Ce téléphone ne donne pas la position.",
  legend: "Légende",
  seen: "vu",
  planned: "prévu",
  done: "fait",
  returned: "revenu",
  discreet: "lieu discret",
  picked_one: "{n} ramassée",
  picked: "{n} ramassées",
};

/** A number in words, as the language writes it: « 1 204 ramassées ». */
export const counted = (text, n, { lang }) =>
  text.replace("{n}", new Intl.NumberFormat(lang).format(n));

/** The words of one map. */
export const wordsOfMap = (element) => ({
  ...FRENCH,
  ...JSON.parse(element.getAttribute("words") || "{}"),
});
