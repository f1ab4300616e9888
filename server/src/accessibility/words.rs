//! What the statement says besides its figures: in the order that the law's own model has.

pub(super) const TITLE: &str = "Déclaration d’accessibilité";

pub(super) const PROMISE: &str = "L’association, la ville et l’organisme payeur qui se servent de \
    Cueillette veulent que tout le monde puisse l’utiliser. C’est aussi la loi : article 47 de la \
    loi n° 2005-102 du 11 février 2005, et décret n° 2019-768 du 24 juillet 2019.";

pub(super) const SCOPE: &str =
    "Cette déclaration parle de toutes les pages de Cueillette à cette adresse.";

pub(super) const STATE: &str = "Cueillette est non conforme au RGAA (référentiel général \
    d’amélioration de l’accessibilité), version 4.1.";

pub(super) const STATE_WHY: &str = "Pourquoi : aucun audit n’a été fait par des personnes. Tant qu’il \
    n’est pas fait, la loi demande d’écrire « non conforme », même quand les tests automatiques ne \
    trouvent rien.";

/// Looked at on every page by the same walk, or by a story of its own.
pub(super) const CHECKED: [&str; 7] = [
    "Aucune page ne défile de côté, même à 320 pixels ou avec des lettres deux fois plus grandes.",
    "Ce qu’on touche fait 48 pixels au moins sur les pages du terrain et des pairs, 24 ailleurs.",
    "Chaque page a un titre, une seule grande rubrique, et des régions nommées.",
    "Toutes les pages du bureau marchent sans JavaScript.",
    "Une semaine entière se vit au clavier seul, de la sortie prévue à l’aide payée.",
    "Une sortie entière se vit avec ce qu’un lecteur d’écran entend, et une autre avec les dessins \
     seuls.",
    "Les listes en PDF sont balisées et vérifiées par un programme (PDF/UA-1).",
];

pub(super) const NOT_CHECKED: [&str; 6] = [
    "Les 106 critères du RGAA un par un : une machine n’en voit qu’une partie.",
    "De vrais lecteurs d’écran (NVDA, VoiceOver, TalkBack) avec de vraies personnes.",
    "La commande à la voix, le contacteur, la loupe d’écran.",
    "Si les mots sont vraiment faciles : aucun groupe de relecture ne les a encore lus.",
    "Si les dessins disent ce qu’ils veulent dire à qui ne lit pas.",
    "Les pages dans Safari et Firefox : le même code y tourne, le parcours complet n’y est pas fait.",
];

pub(super) const NOT_ACCESSIBLE: [&str; 3] = [
    "Le dessin de la carte. À côté, une liste donne les mêmes lieux.",
    "« Ma carte » (entrer avec une carte en papier) a besoin de JavaScript. Sans lui, l’équipe aide.",
    "La carte en papier a un code à photographier. Le même code y est écrit en lettres.",
];

pub(super) const CONTACT: &str = "Une page vous bloque ? Dites-le à l’association, à la mairie ou à \
    l’organisme qui vous a donné cette adresse : de vive voix, par téléphone ou par écrit.";

pub(super) const CONTACT_HOW: &str = "Ils doivent vous répondre, et vous donner l’information d’une \
    autre façon.";

pub(super) const APPEAL: &str = "Vous l’avez dit, et on ne vous a pas répondu ? Vous pouvez vous adresser au Défenseur des droits. \
     C’est gratuit.";

pub(super) const APPEAL_POST: &str = "Par courrier, sans timbre : Défenseur des droits, Libre réponse \
    71120, 75342 Paris CEDEX 07.";

pub(super) const APPEAL_CALL: &str = "Par téléphone : 09 69 39 00 00.";
