using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace IOLoops.Analyzers.CodeFixes;

/// <summary>IOL0009: <c>events.HasFlag(IOEvents.Error)</c> becomes <c>events.HasError()</c>.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp)]
[Shared]
public sealed class HasErrorFix : CodeFixProvider
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create(Rules.HasFlagError.Id);

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        foreach (var diagnostic in context.Diagnostics)
        {
            if (diagnostic.Properties.ContainsKey(Rules.FixProperty) &&
                root?.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true) is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax member } call)
            {
                var fixedCall = SyntaxFactory.InvocationExpression(member.WithName(SyntaxFactory.IdentifierName("HasError"))).WithTriviaFrom(call);
                context.RegisterCodeFix(
                    CodeAction.Create(
                        "Use HasError()",
                        _ => Task.FromResult(context.Document.WithSyntaxRoot(root.ReplaceNode(call, fixedCall))),
                        equivalenceKey: "HasError"),
                    diagnostic);
            }
        }
    }
}
