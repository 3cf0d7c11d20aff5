export default function (eleventyConfig) {
  eleventyConfig.addPreprocessor("drafts", "*", (data) => (data.draft ? false : undefined));
}

export const config = {
  templateFormats: ["md", "njk", "html"],
  markdownTemplateEngine: "njk",
  htmlTemplateEngine: "njk",
  dir: { input: "content", includes: "../_includes", data: "../_data", output: "_site" },
};
