// Adds a button to every example that copies it. The page is whole without.
"use strict";
if (navigator.clipboard) {
  for (const code of document.querySelectorAll("pre > code[data-operation]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Copy";
    button.setAttribute("aria-label", "Copy: " + code.parentElement.getAttribute("aria-label"));
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    });
    code.parentElement.append(button);
  }
}
