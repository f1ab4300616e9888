//! « Je me suis piqué·e »: help that asks nobody who they are.

use crate::on_both;
use axum::http::header;

on_both! {
    async fn after_a_needle_stick_everyone_reads_the_same_steps(world) {
        let outing = world.open_outing().await;
        let phone = world.crew_phone(outing).await.actor;
        let stranger = world.anon().get("/aide/piqure").await;
        assert_eq!(stranger.status, 200);
        assert_eq!(stranger.headers[header::CACHE_CONTROL], "no-cache", "the worker may keep it");
        assert!(!stranger.headers.contains_key(header::SET_COOKIE));
        let steps = stranger.text();
        for words in ["Ne pas faire saigner", "eau et du savon", "Au moins 5 minutes",
            "avant 1 heure", "4 heures", "48 heures", "href=\"tel:15\"", "href=\"tel:112\"",
            "La présence et l’aide restent dues.", "À valider par le médecin référent",
            "Rien n’est gardé ni envoyé.", "Quitter vite",
            // What the phone's own script fills, from the pack it kept.
            "<section data-help ", "data-help-places hidden", "data-help-coordinator hidden",
            "data-help-validated", "data-read-aloud"] {
            assert!(steps.contains(words), "{words}: {steps}");
        }
        for actor in [&phone, &world.town.coordinator, &world.town.clerk, &world.town.peer] {
            assert_eq!(actor.get("/aide/piqure").await.text(), steps);
        }
        let lower = steps.to_lowercase();
        for body in ["ccas", "caarud", "mairie", "<form", "<input"] {
            assert!(!lower.contains(body), "{body}");
        }
    }
}
