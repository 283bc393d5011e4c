/* What a page does beyond links and forms. Everything here may be missing. */
"use strict";

(() => {
  // The zone that the device keeps, so that hours can be told by the reader's own clock. A zone chosen by hand wins.
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const known = document.cookie.split("; ").some((pair) => pair === `plenary_zone_guess=${zone}`);
  if (zone && /^[A-Za-z0-9_+\-/]{1,64}$/.test(zone) && !known) {
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `plenary_zone_guess=${zone}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
  }

  // Where a page came back with mistakes, begin there; GOV.UK's error summary does the same.
  const summary = document.querySelector(".error-summary");
  if (summary) summary.focus();

  // A form that has been sent is not sent again by an impatient second press.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent === "yes") event.preventDefault();
    else if (form.method === "post") {
      form.dataset.sent = "yes";
      setTimeout(() => { delete form.dataset.sent; }, 4000);
    }
  });
})();
