// Made by scripts/write-client-support.ts from https://www.caniemail.com/api/data.json of 2026-05-13.
// Copyright Rémi Parmentier and contributors, MIT licence.

/** One line for each feature: what uses it (`featuresOf`), its name, its page, the clients that lack it. */
export const CLIENT_SUPPORT = `
at:import|@import|css-at-import|gmail outlook-com outlook-apps yahoo aol fastmail gmx laposte mail-ru orange protonmail samsung-email sfr thunderbird web-de
at:keyframes|@keyframes|css-at-keyframes|gmail outlook-windows outlook-com outlook-apps yahoo aol gmx laposte mail-ru orange protonmail sfr web-de
at:supports|@supports|css-at-supports|gmail outlook-windows outlook-com outlook-apps fastmail gmx laposte mail-ru protonmail sfr thunderbird web-de
attribute:background|background attribute|html-background|hey
attribute:popover|popover attribute|html-popover|gmail outlook-windows outlook-com outlook-apps yahoo aol fastmail hey protonmail sfr thunderbird
attribute:required|required attribute|html-required|gmail outlook-windows outlook-com outlook-apps yahoo aol gmx hey mail-ru orange protonmail sfr web-de
attribute:srcset|srcset and sizes attributes|html-srcset|gmail outlook-windows outlook-com outlook-apps yahoo aol fastmail gmx hey mail-ru orange protonmail web-de
element:audio|<audio> element|html-audio|gmail outlook-windows outlook-com outlook-apps yahoo aol fastmail gmx hey laposte mail-ru orange protonmail web-de
element:base|<base>|html-base|outlook-apps gmx laposte mail-ru orange protonmail sfr web-de
element:button=reset|<button type="reset"> element|html-button-reset|outlook-windows outlook-apps yahoo aol gmx hey protonmail web-de
element:button=submit|<button type="submit"> element|html-button-submit|outlook-windows outlook-com outlook-apps yahoo gmx hey protonmail web-de
element:code|<code> element|html-code|orange
element:dfn|<dfn> element|html-dfn|mail-ru t-online-de
element:dialog|<dialog> element|html-dialog|gmail outlook-windows outlook-com outlook-apps yahoo aol fastmail gmx hey mail-ru orange protonmail web-de
element:form|<form> element|html-form|outlook-windows yahoo fastmail gmx hey laposte mail-ru orange protonmail sfr web-de
element:input=checkbox|<input type="checkbox"> element|html-input-checkbox|outlook-windows gmx hey laposte orange protonmail sfr web-de
element:input=hidden|<input type="hidden"> element|html-input-hidden|outlook-windows gmx hey laposte orange protonmail sfr web-de
element:input=radio|<input type="radio"> element|html-input-radio|outlook-windows gmx hey laposte orange protonmail sfr web-de
element:input=reset|<input type="reset"> element|html-input-reset|outlook-windows gmx hey laposte orange protonmail sfr web-de
element:input=submit|<input type="submit"> element|html-input-submit|outlook-windows outlook-com outlook-apps yahoo gmx hey laposte orange protonmail sfr web-de
element:input=text|<input type="text"> element|html-input-text|outlook-windows outlook-apps yahoo gmx hey laposte orange protonmail samsung-email sfr web-de
element:link|<link> element|html-link|gmail outlook-com outlook-apps yahoo aol fastmail gmx hey laposte mail-ru orange protonmail samsung-email sfr thunderbird web-de
element:map|Image maps|html-image-maps|yahoo aol hey protonmail
element:marquee|<marquee> element|html-marquee|gmail outlook-windows fastmail gmx hey mail-ru orange web-de
element:meter|<meter> element|html-meter|gmail outlook-windows yahoo aol gmx hey mail-ru orange web-de
element:object|<object> element|html-object|gmail outlook-windows outlook-com outlook-apps yahoo aol fastmail gmx hey laposte mail-ru orange protonmail sfr web-de
element:picture|<picture> element|html-picture|gmail outlook-windows outlook-com outlook-apps yahoo aol fastmail gmx hey mail-ru orange protonmail web-de
element:progress|<progress> element|html-progress|gmail outlook-windows outlook-com outlook-apps yahoo aol gmx hey mail-ru orange web-de
element:rp|<rp> element|html-rp|gmail outlook-windows gmx hey mail-ru orange web-de
element:rt|<rt> element|html-rt|gmail outlook-windows gmx hey mail-ru orange web-de
element:ruby|<ruby> element|html-ruby|gmail outlook-windows gmx hey mail-ru orange web-de
element:select|<select> element|html-select|outlook-windows yahoo gmx hey laposte sfr web-de
element:small|<small> element|html-small|orange
element:strike|<strike> element|html-strike|hey
element:svg|Embedded <svg> image|html-svg|gmail outlook-windows outlook-com outlook-apps yahoo aol fastmail gmx hey mail-ru web-de
element:textarea|<textarea> element|html-textarea|outlook-windows outlook-apps yahoo gmx hey laposte samsung-email sfr web-de
element:video|<video> element|html-video|gmail outlook-windows outlook-com outlook-apps yahoo aol fastmail gmx hey laposte mail-ru orange protonmail web-de
function:calc|CSS calc() function|css-unit-calc|outlook-windows outlook-com outlook-apps yahoo aol gmx orange web-de
function:clamp|clamp()|css-function-clamp|outlook-windows outlook-com outlook-apps yahoo aol fastmail gmx orange web-de
function:conic-gradient|conic-gradient()|css-conic-gradient|gmail outlook-windows outlook-com outlook-apps yahoo aol orange
function:lab|lch(), oklch(), lab(), oklab()|css-modern-color|gmail outlook-windows outlook-com outlook-apps yahoo aol protonmail samsung-email thunderbird
function:lang|lang()|css-pseudo-class-lang|gmail outlook-windows outlook-com outlook-apps yahoo aol laposte mail-ru sfr
function:lch|lch(), oklch(), lab(), oklab()|css-modern-color|gmail outlook-windows outlook-com outlook-apps yahoo aol protonmail samsung-email thunderbird
function:light-dark|light-dark()|css-function-light-dark|gmail outlook-windows outlook-com outlook-apps yahoo aol gmx orange
function:linear-gradient|linear-gradient()|css-linear-gradient|outlook-windows outlook-com outlook-apps yahoo aol gmx orange web-de
function:max|max()|css-function-max|outlook-windows outlook-com outlook-apps yahoo aol fastmail gmx orange web-de
function:min|min()|css-function-min|outlook-windows outlook-com outlook-apps yahoo aol fastmail gmx orange web-de
function:oklab|lch(), oklch(), lab(), oklab()|css-modern-color|gmail outlook-windows outlook-com outlook-apps yahoo aol protonmail samsung-email thunderbird
function:oklch|lch(), oklch(), lab(), oklab()|css-modern-color|gmail outlook-windows outlook-com outlook-apps yahoo aol protonmail samsung-email thunderbird
function:radial-gradient|radial-gradient()|css-radial-gradient|outlook-windows outlook-com outlook-apps yahoo aol gmx web-de
function:rgba|rgba()|css-rgba|outlook-windows gmx orange web-de
function:var|CSS Variables (Custom Properties)|css-variables|gmail outlook-windows outlook-com outlook-apps yahoo aol fastmail gmx mail-ru orange web-de
property:align-items|align-items|css-align-items|gmail outlook-windows yahoo aol gmx orange web-de
property:aspect-ratio|aspect-ratio|css-aspect-ratio|gmail outlook-windows outlook-com outlook-apps yahoo aol fastmail gmx orange samsung-email thunderbird web-de
property:backdrop-filter|backdrop-filter|css-backdrop-filter|gmail outlook-windows outlook-com outlook-apps yahoo aol gmx orange web-de
property:background-blend-mode|background-blend-mode|css-background-blend-mode|outlook-windows yahoo aol gmx orange web-de
property:background-clip|background-clip|css-background-clip|outlook-windows yahoo aol gmx orange web-de
property:background-image|background-image|css-background-image|outlook-windows t-online-de
property:background-origin|background-origin|css-background-origin|outlook-windows yahoo aol gmx orange web-de
property:background-position|background-position|css-background-position|outlook-windows
property:background-repeat|background-repeat|css-background-repeat|outlook-windows
property:background-size|background-size|css-background-size|outlook-windows gmx orange web-de
property:block-size|block-size & inline-size|css-block-inline-size|gmail outlook-windows outlook-com outlook-apps yahoo aol gmx orange web-de
property:border-block|border-inline & border-block|css-border-inline-block|apple-mail gmail outlook-windows outlook-com outlook-apps yahoo aol gmx samsung-email web-de
property:border-image|border-image|css-border-image|gmail outlook-windows outlook-com outlook-apps yahoo aol gmx orange web-de
property:border-inline|border-inline & border-block|css-border-inline-block|apple-mail gmail outlook-windows outlook-com outlook-apps yahoo aol gmx samsung-email web-de
property:border-spacing|border-spacing|css-border-spacing|outlook-windows outlook-apps
property:bottom|left, right, top, bottom|css-left-right-top-bottom|gmail outlook-windows yahoo aol
property:caption-side|caption-side|css-caption-side|outlook-windows
property:clear|clear|css-clear|outlook-windows
property:clip-path|clip-path|css-clip-path|gmail outlook-windows outlook-com outlook-apps yahoo aol gmx orange web-de
property:column-count|css column properties|css-column-layout-properties|outlook-windows yahoo aol
property:column-gap|gap, column-gap, row-gap|css-gap|outlook-windows yahoo aol gmx orange
property:column-width|css column properties|css-column-layout-properties|outlook-windows yahoo aol
property:columns|css column properties|css-column-layout-properties|outlook-windows yahoo aol
property:display=flex|display:flex|css-display-flex|outlook-windows gmx orange web-de
property:display=grid|display:grid|css-display-grid|outlook-windows gmx orange web-de
property:display=inline-flex|display:flex|css-display-flex|outlook-windows gmx orange web-de
property:display=inline-grid|display:grid|css-display-grid|outlook-windows gmx orange web-de
property:empty-cells|empty-cells|css-empty-cells|outlook-windows yahoo aol mail-ru
property:filter|filter|css-filter|gmail outlook-windows outlook-com outlook-apps yahoo aol fastmail gmx orange web-de
property:flex-direction=column|flex-direction:column|css-flex-direction|gmail outlook-windows outlook-apps yahoo aol gmx orange web-de
property:flex-wrap=wrap|flex-wrap: wrap|css-flex-wrap|gmail outlook-windows yahoo aol gmx orange web-de
property:float|float|css-float|outlook-windows
property:gap|gap, column-gap, row-gap|css-gap|outlook-windows yahoo aol gmx orange
property:grid-template|grid-template-* properties|css-grid-template|gmail outlook-windows outlook-com outlook-apps yahoo aol fastmail gmx orange
property:grid-template-areas|grid-template-* properties|css-grid-template|gmail outlook-windows outlook-com outlook-apps yahoo aol fastmail gmx orange
property:grid-template-columns|grid-template-* properties|css-grid-template|gmail outlook-windows outlook-com outlook-apps yahoo aol fastmail gmx orange
property:grid-template-rows|grid-template-* properties|css-grid-template|gmail outlook-windows outlook-com outlook-apps yahoo aol fastmail gmx orange
property:inline-size|inline-size |css-inline-size|apple-mail gmail outlook-windows outlook-com outlook-apps yahoo aol fastmail gmx orange web-de
property:inset|inset|css-inset|gmail outlook-windows outlook-com outlook-apps yahoo aol gmx mail-ru samsung-email web-de
property:justify-content|justify-content|css-justify-content|gmail outlook-windows yahoo aol gmx orange web-de
property:left|left, right, top, bottom|css-left-right-top-bottom|gmail outlook-windows yahoo aol
property:list-style|list-style|css-list-style|protonmail
property:list-style-image|list-style-image|css-list-style-image|gmail outlook-windows outlook-com outlook-apps yahoo aol orange protonmail
property:list-style-position|list-style-position|css-list-style-position|outlook-windows
property:margin-block|margin-inline & margin-block|css-margin-inline-block|apple-mail gmail outlook-windows outlook-com outlook-apps yahoo aol gmx samsung-email web-de
property:margin-block-end|margin-block-start & margin-block-end|css-margin-block-start-end|apple-mail gmail outlook-windows outlook-com outlook-apps yahoo aol gmx web-de
property:margin-block-start|margin-block-start & margin-block-end|css-margin-block-start-end|apple-mail gmail outlook-windows outlook-com outlook-apps yahoo aol gmx web-de
property:margin-inline|margin-inline & margin-block|css-margin-inline-block|apple-mail gmail outlook-windows outlook-com outlook-apps yahoo aol gmx samsung-email web-de
property:margin-inline-end|margin-inline-start & margin-inline-end|css-margin-inline-start-end|apple-mail gmail outlook-windows outlook-com outlook-apps yahoo aol gmx web-de
property:margin-inline-start|margin-inline-start & margin-inline-end|css-margin-inline-start-end|apple-mail gmail outlook-windows outlook-com outlook-apps yahoo aol gmx web-de
property:mask-image|mask-image|css-mask-image|gmail outlook-windows outlook-com outlook-apps yahoo aol gmx web-de
property:max-block-size|max-block-size|css-max-block-size|gmail outlook-windows outlook-com outlook-apps yahoo aol
property:max-inline-size|max-inline-size|css-max-inline-size|gmail outlook-windows outlook-com outlook-apps yahoo aol gmx web-de
property:min-block-size|min-block-size|css-min-block-size|gmail outlook-windows outlook-com outlook-apps yahoo aol gmx web-de
property:min-inline-size|min-inline-size|css-min-inline-size|gmail outlook-windows outlook-com outlook-apps yahoo aol
property:mix-blend-mode|mix-blend-mode|css-mix-blend-mode|outlook-windows yahoo aol fastmail gmx orange web-de
property:object-fit|object-fit|css-object-fit|outlook-windows yahoo aol gmx orange web-de
property:object-position|object-position|css-object-position|outlook-windows yahoo aol gmx orange web-de
property:opacity|opacity|css-opacity|outlook-windows aol gmx mail-ru orange web-de
property:padding-block|padding-inline & padding-block|css-padding-inline-block|apple-mail gmail outlook-windows outlook-com outlook-apps yahoo aol gmx samsung-email web-de
property:padding-block-end|padding-block-start & padding-block-end|css-padding-block-start-end|apple-mail gmail outlook-windows outlook-com outlook-apps yahoo aol gmx web-de
property:padding-block-start|padding-block-start & padding-block-end|css-padding-block-start-end|apple-mail gmail outlook-windows outlook-com outlook-apps yahoo aol gmx web-de
property:padding-inline|padding-inline & padding-block|css-padding-inline-block|apple-mail gmail outlook-windows outlook-com outlook-apps yahoo aol gmx samsung-email web-de
property:padding-inline-end|padding-inline-start & padding-inline-end|css-padding-inline-start-end|apple-mail gmail outlook-windows outlook-com outlook-apps yahoo aol gmx web-de
property:padding-inline-start|padding-inline-start & padding-inline-end|css-padding-inline-start-end|apple-mail gmail outlook-windows outlook-com outlook-apps yahoo aol gmx web-de
property:position|position|css-position|gmail outlook-windows outlook-apps mail-ru
property:resize|resize|css-resize|apple-mail gmail outlook-windows outlook-com outlook-apps yahoo aol gmx orange protonmail sfr web-de
property:right|left, right, top, bottom|css-left-right-top-bottom|gmail outlook-windows yahoo aol
property:row-gap|gap, column-gap, row-gap|css-gap|outlook-windows yahoo aol gmx orange
property:scroll-snap-type|scroll-snap|css-scroll-snap|gmail outlook-windows outlook-com outlook-apps yahoo aol fastmail orange
property:shape-margin|shape-margin|css-shape-margin|gmail outlook-windows outlook-com outlook-apps yahoo aol
property:shape-outside|shape-outside|css-shape-outside|gmail outlook-windows outlook-com outlook-apps yahoo aol
property:text-align-last|text-align-last|css-text-align-last|outlook-windows outlook-com outlook-apps yahoo aol
property:text-emphasis|text-emphasis|css-text-emphasis|gmail outlook-windows outlook-apps yahoo aol gmx samsung-email web-de
property:text-emphasis-position|text-emphasis-position|css-text-emphasis-position|gmail outlook-windows outlook-com outlook-apps yahoo aol gmx samsung-email web-de
property:text-orientation|text-orientation|css-text-orientation|outlook-windows yahoo aol gmx web-de
property:text-overflow|text-overflow|css-text-overflow|outlook-windows yahoo aol gmx orange samsung-email web-de
property:top|left, right, top, bottom|css-left-right-top-bottom|gmail outlook-windows yahoo aol
property:transform|transform|css-transform|gmail outlook-windows outlook-com outlook-apps yahoo aol gmx mail-ru orange web-de
property:visibility|visibility|css-visibility|gmail outlook-windows aol orange
property:writing-mode|writing-mode|css-writing-mode|outlook-windows yahoo aol fastmail gmx orange web-de
property:z-index|z-index|css-z-index|gmail outlook-windows mail-ru
pseudo:after|::after|css-pseudo-element-after|gmail outlook-windows outlook-apps yahoo aol gmx laposte mail-ru orange protonmail sfr web-de
pseudo:before|::before|css-pseudo-element-before|gmail outlook-windows outlook-apps yahoo aol gmx laposte mail-ru orange protonmail sfr web-de
pseudo:checked|:checked|css-pseudo-class-checked|gmail outlook-windows gmx hey laposte mail-ru orange protonmail sfr web-de
pseudo:default|:default|css-pseudo-class-default|gmail outlook-windows gmx protonmail t-online-de web-de
pseudo:first-child|:first-child|css-pseudo-class-first-child|gmail outlook-windows laposte mail-ru protonmail sfr
pseudo:first-letter|::first-letter|css-pseudo-element-first-letter|gmail outlook-windows outlook-apps laposte mail-ru orange protonmail sfr
pseudo:first-line|::first-line|css-pseudo-element-first-line|gmail outlook-windows outlook-apps laposte mail-ru orange protonmail sfr
pseudo:first-of-type|:first-of-type|css-pseudo-class-first-of-type|gmail outlook-windows gmx laposte mail-ru protonmail sfr web-de
pseudo:has|:has()|css-pseudo-class-has|gmail outlook-windows outlook-com outlook-apps yahoo aol gmx laposte mail-ru orange protonmail sfr thunderbird web-de
pseudo:last-child|:last-child|css-pseudo-class-last-child|gmail outlook-windows laposte mail-ru protonmail sfr
pseudo:last-of-type|:last-of-type|css-pseudo-class-last-of-type|gmail outlook-windows gmx laposte mail-ru protonmail sfr web-de
pseudo:marker|::marker|css-pseudo-element-marker|gmail outlook-windows outlook-com outlook-apps laposte mail-ru orange protonmail sfr
pseudo:not|:not|css-pseudo-class-not|gmail outlook-windows outlook-com outlook-apps yahoo aol gmx laposte mail-ru protonmail sfr web-de
pseudo:nth-child|:nth-child|css-pseudo-class-nth-child|gmail outlook-windows outlook-com outlook-apps yahoo aol gmx laposte mail-ru protonmail sfr web-de
pseudo:nth-last-child|:nth-last-child|css-pseudo-class-nth-last-child|gmail outlook-windows outlook-com outlook-apps yahoo aol gmx laposte mail-ru protonmail sfr web-de
pseudo:nth-last-of-type|:nth-last-of-type|css-pseudo-class-nth-last-of-type|gmail outlook-windows outlook-com outlook-apps yahoo aol gmx laposte mail-ru protonmail sfr web-de
pseudo:nth-of-type|:nth-of-type|css-pseudo-class-nth-of-type|gmail outlook-windows outlook-com outlook-apps yahoo aol gmx laposte mail-ru protonmail sfr web-de
pseudo:only-child|:only-child|css-pseudo-class-only-child|gmail outlook-windows laposte mail-ru protonmail sfr
pseudo:only-of-type|:only-of-type|css-pseudo-class-only-of-type|gmail outlook-windows laposte mail-ru protonmail sfr
pseudo:placeholder|::placeholder|css-pseudo-element-placeholder|gmail outlook-windows outlook-apps gmx hey laposte mail-ru orange protonmail sfr web-de
pseudo:target|:target|css-pseudo-class-target|apple-mail gmail outlook-windows aol fastmail gmx hey laposte mail-ru orange protonmail sfr web-de
unit:ch|ch unit|css-unit-ch|outlook-windows yahoo aol gmx orange web-de
unit:initial|initial unit|css-unit-initial|outlook-windows yahoo aol gmx orange web-de
unit:rem|rem unit|css-unit-rem|outlook-windows yahoo aol gmx orange web-de
unit:vh|vh unit|css-unit-vh|outlook-windows fastmail gmx orange sfr web-de
unit:vmax|vmax unit|css-unit-vmax|outlook-windows yahoo aol gmx orange web-de
unit:vmin|vmin unit|css-unit-vmin|outlook-windows yahoo aol gmx orange sfr web-de
unit:vw|vw unit|css-unit-vw|outlook-windows fastmail gmx orange web-de
`;
