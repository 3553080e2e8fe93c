/* Steps from voucher to voucher with the arrow keys, and marks the document that is shown. */
(function () {
  'use strict';
  var doc = document, papers = doc.querySelectorAll('a.paper'), STEPPED = 'voucher-stepped';

  function mark(paper) {
    Array.prototype.forEach.call(papers, function (one) { one.removeAttribute('aria-current'); });
    paper.setAttribute('aria-current', 'true');
    var viewer = doc.querySelector('.viewer');
    viewer.classList.add('open');
    if (viewer.getBoundingClientRect().top > innerHeight * 0.8) viewer.scrollIntoView();
  }
  Array.prototype.forEach.call(papers, function (paper) {
    paper.addEventListener('click', function (event) {
      if (!event.ctrlKey && !event.metaKey && !event.shiftKey) mark(paper);
    });
  });

  doc.addEventListener('keydown', function (event) {
    var way = { ArrowLeft: 'prev', ArrowRight: 'next' }[event.key];
    if (!way || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
    if (event.target.scrollWidth > event.target.clientWidth && event.target.tabIndex === 0 && event.target.tagName === 'DIV') return;
    var link = doc.querySelector('a[rel=' + way + ']');
    if (!link) return;
    event.preventDefault();
    sessionStorage.setItem(STEPPED, '1');
    location.assign(link.href);
  });

  // Who came by the keys goes on by them: Enter opens the first document.
  if (sessionStorage.getItem(STEPPED)) {
    sessionStorage.removeItem(STEPPED);
    if (papers.length) papers[0].focus();
  }
})();
