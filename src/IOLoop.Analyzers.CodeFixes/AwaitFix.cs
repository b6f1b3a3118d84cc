using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace IOLoops.Analyzers.CodeFixes;

/// <summary>IOL0001: a wait becomes <c>await</c>, and the lambda that it stands in asynchronous.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp)]
[Shared]
public sealed class AwaitFix : SyntaxFix
{
    /// <summary>Made by an editor.</summary>
    public AwaitFix() : base(Rules.Blocking, "Await it")
    {
    }

    private protected override Task<SyntaxNode?> FixAsync(Document document, SyntaxNode root, SyntaxNode node, string fix, CancellationToken cancellationToken)
    {
        if (node is not ExpressionSyntax wait || Awaited(wait) is not { } task)
        {
            return Task.FromResult<SyntaxNode?>(null);
        }

        ExpressionSyntax awaited = SyntaxFactory.AwaitExpression(SyntaxFactory.Token(SyntaxKind.AwaitKeyword).WithTrailingTrivia(SyntaxFactory.Space), task.WithoutTrivia());
        if (wait.Parent is MemberAccessExpressionSyntax or ElementAccessExpressionSyntax or ConditionalAccessExpressionSyntax or BinaryExpressionSyntax or PostfixUnaryExpressionSyntax)
        {
            awaited = SyntaxFactory.ParenthesizedExpression(awaited);
        }

        awaited = awaited.WithTriviaFrom(wait);
        var function = wait.Ancestors().FirstOrDefault(ancestor => ancestor is AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax or MethodDeclarationSyntax);
        if (function is LambdaExpressionSyntax { AsyncKeyword.RawKind: 0 } lambda)
        {
            var asynchronous = lambda.ReplaceNode(wait, awaited);
            var keyword = SyntaxFactory.Token(SyntaxKind.AsyncKeyword).WithLeadingTrivia(lambda.GetLeadingTrivia()).WithTrailingTrivia(SyntaxFactory.Space);
            return Task.FromResult<SyntaxNode?>(root.ReplaceNode(lambda, asynchronous.WithoutLeadingTrivia().WithAsyncKeyword(keyword)));
        }

        return Task.FromResult<SyntaxNode?>(root.ReplaceNode(wait, awaited));
    }

    private static ExpressionSyntax? Awaited(ExpressionSyntax wait) => wait switch
    {
        MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Result" } result => result.Expression,
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax member } call => member.Name.Identifier.ValueText switch
        {
            "Wait" => member.Expression,
            "GetResult" => WithoutConfigureAwait((member.Expression as InvocationExpressionSyntax)?.Expression as MemberAccessExpressionSyntax),
            "Sleep" => SyntaxFactory.InvocationExpression(SyntaxFactory.ParseExpression("Task.Delay"), call.ArgumentList),
            _ => null,
        },
        _ => null,
    };

    // The code after it belongs to the loop's thread.
    private static ExpressionSyntax? WithoutConfigureAwait(MemberAccessExpressionSyntax? getAwaiter) =>
        getAwaiter?.Expression is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "ConfigureAwait" } configured }
            ? configured.Expression
            : getAwaiter?.Expression;
}
