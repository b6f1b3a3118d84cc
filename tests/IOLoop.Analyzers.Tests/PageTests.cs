using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace IOLoops.Analyzers.Tests;

/// <summary>docs/analyzers.md says what the analyzers do: its examples are compiled, and what is reported there is compared.</summary>
public sealed partial class PageTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Clone(), "docs", "analyzers.md")).ReplaceLineEndings("\n");

    private static readonly ImmutableArray<DiagnosticAnalyzer> Analyzers =
        [.. typeof(Rules).Assembly.GetTypes().Where(type => !type.IsAbstract && type.IsSubclassOf(typeof(DiagnosticAnalyzer)))
            .Select(type => (DiagnosticAnalyzer)Activator.CreateInstance(type)!)];

    public static TheoryData<string> Ids => [.. Analyzers.SelectMany(analyzer => analyzer.SupportedDiagnostics).Select(rule => rule.Id).Distinct()];

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task A_rule_s_example_reports_the_lines_that_it_says(string id)
    {
        string example = Example().Match(Section(id)).Groups[1].Value;
        var compilation = Code.Compile(example);
        Assert.Empty(compilation.GetDiagnostics(TestContext.Current.CancellationToken).Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error));
        var found = await compilation.WithAnalyzers(Analyzers).GetAnalyzerDiagnosticsAsync(TestContext.Current.CancellationToken);
        string[] lines = compilation.SyntaxTrees.First().ToString().Split('\n');
        var said = lines.Index().Where(line => line.Item.EndsWith($"// {id}", StringComparison.Ordinal)).Select(line => (line.Index, id));
        Assert.NotEmpty(said);
        Assert.Equal(said, found.Select(diagnostic => (diagnostic.Location.GetLineSpan().StartLinePosition.Line, diagnostic.Id)).Order());
    }

    // Those that name a file are compared with it by tests/Docs.Check. The others would be compiled nowhere.
    [Fact]
    public void A_section_of_a_rule_has_one_example_and_so_every_example_of_docs_analyzers_md_is_compiled()
    {
        Assert.All(Ids, id => Assert.Single(Example().Matches(Section(id.Data))));
        Assert.Equal(Ids.Count, Unnamed().Count(Page));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_rule_s_row_names_its_severity(string id)
    {
        var rule = Analyzers.SelectMany(analyzer => analyzer.SupportedDiagnostics).First(rule => rule.Id == id);
        string severity = rule.DefaultSeverity == DiagnosticSeverity.Warning ? "warning" : "info";
        Assert.Matches($@"\n\| \[{id}\]\(#{id.ToLowerInvariant()}\) \|.*\| {severity} \|.*\|\n", Page);
    }

    private static string Section(string id)
    {
        int start = Page.IndexOf($"\n## {id}\n", StringComparison.Ordinal);
        Assert.True(start >= 0, $"The page has no section {id}.");
        int end = Page.IndexOf("\n## ", start + 1, StringComparison.Ordinal);
        return end < 0 ? Page[start..] : Page[start..end];
    }

    private static string Clone()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Bridge.sln")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("The tests do not run in a clone.");
    }

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example();

    [GeneratedRegex("(?<!-->\n)```csharp\n")]
    private static partial Regex Unnamed();
}
