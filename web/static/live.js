/* Keeps parts of a page as they are at this moment: the server sends them anew when they have changed. Nothing moves
   but what changed, and nothing is asked while nobody looks. */
"use strict";

(() => {
  const follow = (place) => {
    let stream = null;
    const stop = () => { if (stream) stream.close(); stream = null; };
    const start = () => {
      if (stream || document.hidden) return;
      stream = new EventSource(place.dataset.live);
      stream.addEventListener("part", (event) => {
        const said = document.createElement("template");
        said.innerHTML = event.data;
        for (const part of said.content.children) {
          const there = document.getElementById(part.id);
          if (there && there.innerHTML !== part.innerHTML) there.replaceChildren(...part.childNodes);
        }
      });
      stream.addEventListener("end", stop);
    };
    document.addEventListener("visibilitychange", () => (document.hidden ? stop() : start()));
    addEventListener("pagehide", stop);
    addEventListener("pageshow", start);
    start();
  };
  document.querySelectorAll("[data-live]").forEach(follow);
})();
