/* Everything works without this file; it only saves presses. */
(function () {
  'use strict';
  var doc = document;
  function all(selector, act) { doc.querySelectorAll(selector).forEach(act); }

  doc.documentElement.classList.add('js');
  // Browsers that know autofocus on any element have been here already.
  setTimeout(function () {
    all('.errors', function (summary) { if (doc.activeElement === doc.body) summary.focus(); });
  }, 100);
  all('[data-print]', function (button) { button.onclick = () => print(); });
  all('[data-select]', function (field) { field.onfocus = () => field.select(); });

  // Copy what stands in a field, and say so.
  all('[data-copy], [data-copy-text]', function (button) {
    var field = doc.querySelector(button.dataset.copy || 'body'), text = button.dataset.copyText;
    function say() {
      var place = button.parentNode.querySelector('[role=status]');
      place.textContent = '';
      setTimeout(function () { place.textContent = button.dataset.done; }, 50);
    }
    function byHand() { if (text) return location.assign(text); field.focus(); field.select(); if (doc.execCommand('copy')) say(); }
    button.onclick = function () {
      if (navigator.clipboard) navigator.clipboard.writeText(text || field.value).then(say, byHand);
      else byHand();
    };
  });

  // A hint that comes when a step takes long, counted from when it could be seen.
  function wait(hint) {
    if (hint.dataset.waiting || hint.closest('[hidden]')) return;
    hint.dataset.waiting = '1';
    setTimeout(function () { hint.classList.add('due'); }, hint.dataset.after * 1000);
  }
  all('[data-after]', wait);
  all('[data-reveal]', function (link) {
    link.addEventListener('click', function () {
      doc.querySelector(link.dataset.reveal).hidden = false;
      all('[data-after]', wait);
    });
  });

  // Follow what happens in the other window: every 3 s, while visible, an hour at most.
  all('[data-follow]', function (place) {
    var end = Date.now() + 3600000, busy = false, timer = setInterval(look, 3000);
    function stop() { clearInterval(timer); doc.removeEventListener('visibilitychange', look); }
    function look() {
      if (busy || doc.visibilityState !== 'visible') return;
      if (Date.now() > end) return stop();
      busy = true;
      fetch(place.dataset.follow, { headers: { Accept: 'application/json' }, cache: 'no-store' })
        .then(function (answer) {
          if (answer.status === 403 || answer.status === 404) stop();
          return answer.ok ? answer.json() : null;
        })
        .then(function (news) {
          busy = false;
          if (!news || !news.next || news.at === place.dataset.at) return;
          var next = new URL(news.next, location.href);
          if (next.origin === location.origin) { stop(); location.assign(next.href); }
        })
        .catch(() => { busy = false; });
    }
    doc.addEventListener('visibilitychange', look);
  });
})();
