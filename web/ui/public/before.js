// Before anything is painted: the colours, the language and the direction that
// were chosen here before.
(function () {
  var root = document.documentElement;
  try {
    var scheme = localStorage.getItem('knowhow.scheme');
    if (scheme !== 'light' && scheme !== 'dark') scheme = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
    root.setAttribute('data-mantine-color-scheme', scheme);
    var language = localStorage.getItem('knowhow.language');
    if (language) {
      root.lang = language;
      root.dir = /^(ar|he|fa|ur)\b/.test(language) ? 'rtl' : 'ltr';
    }
  } catch (e) {
    // storage may be forbidden; the defaults stand
  }
})();
