/* Keeps parts of a page as they are at this moment: the server sends them anew when they have changed. Nothing moves
   but what changed, and nothing is asked while nobody looks. */
"use strict";

(() => {
  const TRIES = 6;
  const follow = (place) => {
    let stream = null;
    let tries = 0;
    const stop = () => { if (stream) stream.close(); stream = null; };
    const start = () => {
      if (stream || document.hidden) return;
      stream = new EventSource(place.dataset.live);
      stream.addEventListener("part", (event) => {
        tries = 0;
        const said = document.createElement("template");
        said.innerHTML = event.data;
        for (const part of said.content.children) {
          const there = document.getElementById(part.id);
          if (there && there.innerHTML !== part.innerHTML) there.replaceChildren(...part.childNodes);
        }
      });
      stream.addEventListener("end", stop);
      // A browser comes back by itself to a stream that broke, but not where it was answered that nobody is there.
      stream.addEventListener("error", () => {
        if (!stream || stream.readyState !== EventSource.CLOSED) return;
        stop();
        tries += 1;
        if (tries <= TRIES) setTimeout(start, 1000 * 2 ** tries);
      });
    };
    document.addEventListener("visibilitychange", () => (document.hidden ? stop() : start()));
    addEventListener("pagehide", stop);
    addEventListener("pageshow", start);
    start();
  };
  document.querySelectorAll("[data-live]").forEach(follow);
})();
