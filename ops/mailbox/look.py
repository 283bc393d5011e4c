"""How the mailbox looks: the site's colours and faces, in the one element that a page of its own needs."""

STYLE = """
:root {
  color-scheme: light dark;
  --paper: light-dark(#fbfaf6, #15191a); --raised: light-dark(#fff, #1d2223);
  --ink: light-dark(#1a2124, #eceae3); --soft: light-dark(#4b555a, #b3b7b3);
  --line: light-dark(#dcd7ca, #343b3d); --accent: light-dark(#0b5c4b, #84d3b9);
  --serif: "Iowan Old Style", Palatino, "URW Palladio L", P052, Georgia, serif;
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--paper); color: var(--ink); overflow-wrap: anywhere;
  font: 16px/1.55 "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", system-ui, sans-serif;
}
header, main { max-width: 64rem; margin: auto; padding: 1rem clamp(1rem, 4vw, 2.5rem); }
header { border-bottom: 1px solid var(--line); color: var(--soft); font-size: .875rem; }
header a { font: 700 1.25rem/1.4 var(--serif); color: var(--ink); text-decoration: none; margin-inline-end: .5rem; }
h1, h2 { font-family: var(--serif); line-height: 1.2; margin: 1.5rem 0 .75rem; }
h1 { font-size: clamp(1.75rem, 1.5rem + 1vw, 2.25rem); }
h2 { font-size: 1.25rem; }
a { color: var(--accent); text-underline-offset: .18em; }
a:focus-visible { background: #ffbf3f; color: #14181a; outline: 3px solid transparent; box-shadow: 0 4px #14181a; }
table { border-collapse: collapse; width: 100%; }
th { text-align: start; font-weight: 600; font-size: .875rem; color: var(--soft); }
td, th { border-bottom: 1px solid var(--line); padding: .625rem 1rem .625rem 0; vertical-align: top; }
td a { font-weight: 600; display: inline-block; min-height: 1.5rem; }
td + td { color: var(--soft); font-size: .875rem; }
td:last-child { white-space: nowrap; font-variant-numeric: tabular-nums; }
dl { margin: 0; border-top: 1px solid var(--line); }
dl div { display: grid; grid-template-columns: 9rem 1fr; border-bottom: 1px solid var(--line); padding: .5rem 0; }
dt { color: var(--soft); }
dd { margin: 0; }
pre, iframe { background: var(--raised); border: 1px solid var(--line); border-radius: .5rem; }
pre { white-space: pre-wrap; padding: 1.25rem; font: .9375rem/1.6 ui-monospace, Menlo, Consolas, monospace; }
iframe { width: 100%; height: 34rem; background: #fff; }
.end { display: flex; gap: 1.5rem; margin-block: 2rem; }
@media (max-width: 40rem) {
  thead { position: absolute; clip-path: inset(50%); }
  table, tbody, tr, td { display: block; }
  tr { border-bottom: 1px solid var(--line); padding: .75rem 0; }
  td { border: 0; padding: .125rem 0; }
  dl div { grid-template-columns: 1fr; }
}
"""
