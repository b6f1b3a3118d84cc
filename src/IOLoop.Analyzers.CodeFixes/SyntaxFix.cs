using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;

namespace IOLoops.Analyzers.CodeFixes;

/// <summary>A fix that replaces syntax of one document, where the analyzer says that there is one answer.</summary>
public abstract class SyntaxFix : CodeFixProvider
{
    private readonly DiagnosticDescriptor _rule;
    private readonly string _title;

    private protected SyntaxFix(DiagnosticDescriptor rule, string title)
    {
        _rule = rule;
        _title = title;
    }

    /// <inheritdoc/>
    public sealed override ImmutableArray<string> FixableDiagnosticIds => ImmutableArray.Create(_rule.Id);

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public sealed override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        if (root is null)
        {
            return;
        }

        foreach (var diagnostic in context.Diagnostics)
        {
            var node = root.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true);
            if (!diagnostic.Properties.TryGetValue(Rules.FixProperty, out var fix) || fix is null)
            {
                continue;
            }

            context.RegisterCodeFix(
                CodeAction.Create(
                    _title,
                    async cancellationToken => await FixAsync(context.Document, root, node, fix, cancellationToken).ConfigureAwait(false) is { } changed
                        ? context.Document.WithSyntaxRoot(changed)
                        : context.Document,
                    equivalenceKey: _title),
                diagnostic);
        }
    }

    /// <summary>The changed root; null where the code has another form than expected.</summary>
    private protected abstract Task<SyntaxNode?> FixAsync(Document document, SyntaxNode root, SyntaxNode node, string fix, CancellationToken cancellationToken);
}
