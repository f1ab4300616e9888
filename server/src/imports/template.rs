//! The templates: what a spreadsheet of the association must look like. Made for French Excel
//! (byte order mark, semicolons, decimal commas). README.md says what each column means.

/// `cueillette import template sites`
pub const SITES: &str = "\u{feff}ref;titre;nature;latitude;longitude;note;accord\r\n\
    L-001;Square des Tilleuls;public;44,8378;-0,5792;Derrière le kiosque;\r\n\
    L-002;Cour des artisans;discret;44,8291;-0,5664;Entrer par la ruelle;oui\r\n";

/// `cueillette import template outings`
pub const OUTINGS: &str = "\u{feff}ref;date;heure;rendez-vous;pairs;pseudonymes;lieu;objet;nombre;méthode\r\n\
    S-2024-01;09/01/2024;14:00;Devant le local;6;;L-001;seringue;23;compté\r\n\
    S-2024-01;09/01/2024;;;;;L-002;seringue;40;estimé\r\n\
    ;16/01/2024;14h30;;5;;;seringue;57;estimé\r\n";
