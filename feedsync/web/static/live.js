"use strict";
// How far the job of this page is, once a second; at its end the page is loaded anew, which shows what it came to.
(() => {
  const live = document.getElementById("live");
  async function look() {
    try {
      const answer = await fetch(live.dataset.src);
      if (!answer.ok) throw new Error(String(answer.status));
      const job = await answer.json();
      if (!job.running) { location.reload(); return; }
      live.replaceChildren(...job.stages.map((stage) => {
        const line = document.createElement("p");
        const of = stage.total ? ` of ${stage.total.toLocaleString("en")}` : "";
        line.textContent = `${stage.name}: ${stage.done.toLocaleString("en")}${of}`;
        return line;
      }));
    } catch { live.textContent = "The server does not answer; trying again."; }
    setTimeout(look, 1000);
  }
  look();
})();
